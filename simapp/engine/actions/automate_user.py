"""automate_user."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._accounts import Automation, standing
from simapp.engine.actions._targets import outcomes
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Here(Automation):
    """As the platform: let an account run by itself. It is so many times as active, and no longer changes its mind."""

    name, code, label = "automate_user", 31, "Automate an account"

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known, automated, first = standing(world, batch)
        return outcomes(batch, (Outcome.UNKNOWN_USER, ~known), (Outcome.DUPLICATE, automated | ~first))

    def pace(self, batch: ActionBatch) -> NDArray[np.int16]:
        # Without an amount it is as active as before.
        return np.maximum(batch.amount, 1)
