"""leave_group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import first_of, outcomes
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Here(Action):
    """Leave a chat group: you no longer read it and cannot send messages to it. You may join it again."""

    name, code, label, order = "leave_group", 62, "Leave a group", 70
    takes = ("group",)

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known = world.groups.known(batch.item)
        held = world.groups.has(batch.item, batch.actor)
        pairs = ids.pair(np.maximum(batch.item, 0), batch.actor)
        fresh = first_of(np.where(held, pairs, -1 - np.arange(len(batch))))
        return outcomes(batch, (Outcome.UNKNOWN_GROUP, ~known), (Outcome.NOTHING_TO_UNDO, ~held | ~fresh))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.groups.leave(batch.item, batch.actor)
        return Done(np.full(len(batch), -1, np.int64))
