"""Preferential attachment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.suggest import Acquaintances, Suggester
from simapp.engine.core.world import World


class Here(Suggester):
    """The number of a user's followers (Barabasi & Albert 1999, Science 286): the viewer's own is the same for all."""

    name = "preferential"
    label = "Preferential attachment"
    help = "The most followed of those whom one's followees follow."

    def score(self, world: World, met: Acquaintances) -> NDArray[np.float64]:
        return world.follows.followers[met.users].astype(np.float64)
