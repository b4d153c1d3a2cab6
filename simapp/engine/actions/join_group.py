"""join_group."""

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
    """Join a chat group, so that you can read what its members say and send messages to them."""

    name, code, label, order = "join_group", 61, "Join a group", 71
    takes = ("group",)

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known = world.groups.known(batch.item)
        again = world.groups.has(batch.item, batch.actor)
        pairs = ids.pair(np.maximum(batch.item, 0), batch.actor)
        fresh = first_of(np.where(known & ~again, pairs, -1 - np.arange(len(batch))))
        return outcomes(batch, (Outcome.UNKNOWN_GROUP, ~known), (Outcome.DUPLICATE, again | ~fresh))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.groups.join(batch.item, batch.actor)
        return Done(np.full(len(batch), -1, np.int64))
