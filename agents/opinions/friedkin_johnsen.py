"""Averaging with a memory of where one began (Friedkin & Johnsen 1990, J. Math. Sociology 15, 193).

    x_i <- lambda_i * mean over contacts j of x_j + (1 - lambda_i) * x_i(0)

With one lambda for all and weights W the limit is (I - lambda W)^-1 (1 - lambda) x(0). Where lambda_i = d_i / (d_i + 1)
with d_i contacts, the first opinion counts like one contact more; with mutual follows the limit is then
(I + L)^-1 x(0), L the Laplacian of the network (Bindel, Kleinberg & Oren 2015, Games Econ. Behav. 92, 248).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.opinions._averages import averages
from agents.opinions.base import OpinionModel
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

FIRST = "opinion/first"


@dataclass(frozen=True)
class FriedkinJohnsen(OpinionModel):
    """susceptibility lambda in [0, 1], None: d / (d + 1) with d users followed; own >= 0: weight of the present
    opinion in the mean, where a contact has 1; contacts: one of base.CONTACTS."""

    susceptibility: float | None = 0.8
    own: float = 0.0
    contacts: str = "feed"

    def move(
        self,
        world: World,
        feed: FeedBatch,
        rows: NDArray[np.int32],
        read_key: np.uint64,
        depth: float,
        streams: Streams,
        workers: Workers,
    ) -> None:
        """All active users move at once; what all thought at the first step is kept with the world."""
        del streams
        if FIRST not in world.extra:
            world.extra[FIRST] = world.users.opinions.copy()
        mean = averages(world, feed, rows, read_key, depth, self.contacts, self.own, np.inf, workers)
        susceptibility = self._susceptibility(world, feed.viewers)
        first = world.extra[FIRST][feed.viewers]
        world.users.opinions[feed.viewers] = susceptibility * mean + (1.0 - susceptibility) * first

    def _susceptibility(self, world: World, viewers: NDArray[np.int32]) -> NDArray[np.float64]:
        if self.susceptibility is not None:
            return np.array(self.susceptibility)
        contacts = world.follows.following[viewers].astype(np.float64)
        return (contacts / (contacts + 1.0))[:, None]


Here = FriedkinJohnsen
