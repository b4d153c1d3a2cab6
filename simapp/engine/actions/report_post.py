"""report_post."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import first_of, outcomes, target_rows
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import REPORTED, World


class Here(Action):
    """Report a post to the platform, with the reason in a few words. You can report a post once."""

    # Counts for the very row that is named, as in OASIS: a repost is reported apart from its original.

    name, code, label, order = "report_post", 22, "Report", 36
    takes = ("post", "text")

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        rows = target_rows(world, batch)
        known, said = rows >= 0, batch.text >= 0
        pairs = ids.pair(batch.actor, np.maximum(rows, 0) + world.posts.base)
        again = world.reactions.has(pairs, REPORTED)
        fresh = first_of(np.where(known & said & ~again, pairs, -1 - np.arange(len(batch))))
        return outcomes(
            batch,
            (Outcome.UNKNOWN_POST, ~known),
            (Outcome.NO_TEXT, ~said),
            (Outcome.DUPLICATE, again | ~fresh),
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        posts = world.posts
        rows = target_rows(world, batch)
        world.reactions.set(ids.pair(batch.actor, rows + posts.base), REPORTED)
        np.add.at(posts.reports, rows, 1)
        return Done(posts.key[rows])
