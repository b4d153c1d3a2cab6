"""order_follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import first_of, outcomes
from simapp.engine.actions._ties import NONE, Tie, ends
from simapp.engine.actions.base import Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Here(Tie):
    """As the platform: let somebody follow a user."""

    name, code, label = "order_follow", 34, "Make a follow"

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known, held, edge = ends(world, batch)
        loop = batch.user == batch.item
        fresh = first_of(np.where(known & ~loop & ~held, edge, -1 - np.arange(len(batch))))
        return outcomes(
            batch, (Outcome.UNKNOWN_USER, ~known), (Outcome.SELF, loop), (Outcome.DUPLICATE, held | ~fresh)
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.follows.change(add=(batch.item, batch.user), drop=(NONE, NONE))
        return Done(np.full(len(batch), -1, np.int64))
