"""order_unfollow."""

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
    """As the platform: let somebody stop following a user."""

    name, code, label = "order_unfollow", 33, "Cut a follow"

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known, held, edge = ends(world, batch)
        fresh = first_of(np.where(held, edge, -1 - np.arange(len(batch))))
        return outcomes(batch, (Outcome.UNKNOWN_USER, ~known), (Outcome.NOTHING_TO_UNDO, ~held | ~fresh))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.follows.change(add=(NONE, NONE), drop=(batch.item, batch.user))
        return Done(np.full(len(batch), -1, np.int64))
