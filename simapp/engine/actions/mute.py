"""mute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import first_of, known_users, outcomes
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Here(Action):
    """Mute a user: nothing that they post or share is shown to you any more. They are not told."""

    name, code, label, order = "mute", 11, "Mute", 10
    takes = ("user",)

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known = known_users(world, batch)
        loop = batch.user == batch.actor
        pairs = ids.pair(batch.actor, np.maximum(batch.user, 0))
        again = world.mutes.has(pairs, 1)
        fresh = first_of(np.where(known & ~loop & ~again, pairs, -1 - np.arange(len(batch))))
        return outcomes(
            batch, (Outcome.UNKNOWN_USER, ~known), (Outcome.SELF, loop), (Outcome.DUPLICATE, again | ~fresh)
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.mutes.set(ids.pair(batch.actor, batch.user), 1)
        world.mute_count += len(batch)
        world.changes += 1
        return Done(np.full(len(batch), -1, np.int64))
