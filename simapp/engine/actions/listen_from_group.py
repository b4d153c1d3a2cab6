"""listen_from_group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.groups import Heard
from simapp.engine.core.world import World


class Here(Action):
    """Look at the chat groups: which there are, which you are in, and what was said in those lately."""

    name, code, label, order = "listen_from_group", 64, "Read groups", 73

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        return np.zeros(len(batch), np.uint8)

    def apply(self, world: World, batch: ActionBatch) -> Done:
        return Done(np.full(len(batch), -1, np.int64))

    @staticmethod
    def read(world: World, users: NDArray[np.int32]) -> Heard:
        """Return what users int32[A] get to read; the world is as before."""
        return world.groups.listen(users)
