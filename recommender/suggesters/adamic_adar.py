"""Adamic-Adar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.suggest import Acquaintances, Suggester
from simapp.engine.core.world import World


class Here(Suggester):
    """Common neighbours, each counted 1 / ln(d), d being how many the neighbour follows, at least 2 (Adamic &
    Adar 2003, Social Networks 25): who follows few says more by it."""

    name = "adamic-adar"
    label = "Adamic-Adar"
    help = "Users whom one's followees follow; those who follow few count for more."

    def score(self, world: World, met: Acquaintances) -> NDArray[np.float64]:
        return met.rarity
