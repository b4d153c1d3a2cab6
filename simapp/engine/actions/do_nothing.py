"""do_nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


class Here(Action):
    """Do nothing: read on, or close the app."""

    name, code, label, order = "do_nothing", 13, "Do nothing", 99

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        return np.zeros(len(batch), np.uint8)

    def apply(self, world: World, batch: ActionBatch) -> Done:
        return Done(np.full(len(batch), -1, np.int64))
