"""undo_automate_user."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._accounts import Automation, standing
from simapp.engine.actions._targets import outcomes
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Here(Automation):
    """As the platform: give an automated account back to its owner."""

    name, code, label = "undo_automate_user", 32, "Give an account back"

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known, automated, first = standing(world, batch)
        return outcomes(batch, (Outcome.UNKNOWN_USER, ~known), (Outcome.NOTHING_TO_UNDO, ~automated | ~first))

    def pace(self, batch: ActionBatch) -> NDArray[np.int16]:
        return np.zeros(len(batch), np.int16)
