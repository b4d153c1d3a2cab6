"""unmute."""

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
    """Stop muting a user."""

    name, code, label, order = "unmute", 12, "Unmute", 5
    takes = ("user",)

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known = known_users(world, batch)
        pairs = ids.pair(batch.actor, np.maximum(batch.user, 0))
        held = known & world.mutes.has(pairs, 1)
        fresh = first_of(np.where(held, pairs, -1 - np.arange(len(batch))))
        return outcomes(batch, (Outcome.UNKNOWN_USER, ~known), (Outcome.NOTHING_TO_UNDO, ~held | ~fresh))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.mutes.clear(ids.pair(batch.actor, batch.user), 1)
        world.mute_count -= len(batch)
        world.changes += 1
        return Done(np.full(len(batch), -1, np.int64))
