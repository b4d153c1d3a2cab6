"""Bounded confidence, all at once (Hegselmann & Krause 2002, J. Artif. Soc. Soc. Simul. 5(3), 2).

    x_i <- mean of x_j over oneself and all contacts with |x_i - x_j| <= epsilon

Opinions keep their order and stand still after finitely many steps, in clusters more than epsilon apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from agents.opinions._averages import averages
from agents.opinions.base import OpinionModel
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@dataclass(frozen=True)
class HegselmannKrause(OpinionModel):
    """epsilon >= 0: bound of confidence, on opinions in [0, 1]; contacts: one of base.CONTACTS."""

    span: ClassVar[tuple[float, float]] = (0.0, 1.0)
    epsilon: float = 0.2
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
        """All active users take the mean of those within the bound."""
        del streams
        world.users.opinions[feed.viewers] = averages(
            world, feed, rows, read_key, depth, self.contacts, 1.0, self.epsilon, workers
        )


Here = HegselmannKrause
