"""quote_post."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import original_rows, outcomes, target_rows
from simapp.engine.actions._written import write
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.cascades import attach
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import QUOTE
from simapp.engine.core.world import QUOTED, World


class Here(Action):
    """Share a post with a remark of your own above it. You can quote a post more than once."""

    name, code, label, order = "quote_post", 8, "Quote", 45
    takes, writes = ("post", "text"), True

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        targets = target_rows(world, batch)
        rows = original_rows(world, targets)
        known = rows >= 0
        if len(world.posts):
            known &= world.posts.row(np.where(rows >= 0, world.posts.root[rows], -1)) >= 0
        return outcomes(batch, (Outcome.UNKNOWN_POST, ~known), (Outcome.NO_TEXT, batch.text < 0))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        posts = world.posts
        rows = original_rows(world, target_rows(world, batch))
        world.reactions.set(ids.pair(batch.actor, rows + posts.base), QUOTED)
        np.add.at(posts.shares, rows, 1)
        root, topic = posts.root[rows], posts.topic[rows]
        key, new = write(world, batch, QUOTE, root=root, parent=batch.post, topic=topic)
        attach(posts, new)
        return Done(key)
