"""Common neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.suggest import Acquaintances, Suggester
from simapp.engine.core.world import World


class Here(Suggester):
    """How many of those whom the viewer follows follow the user (Liben-Nowell & Kleinberg 2007, JASIST 58)."""

    name = "common-neighbours"
    label = "Common neighbours"
    help = "Users whom most of one's followees follow."

    def score(self, world: World, met: Acquaintances) -> NDArray[np.float64]:
        return met.common
