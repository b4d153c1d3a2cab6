"""Learning by averaging (DeGroot 1974, J. Amer. Statist. Assoc. 69, 118).

    x_i <- (own * x_i + sum over contacts j of x_j) / (own + number of contacts)

On a connected network where oneself counts, all end in one consensus: sum of pi_i x_i(0), where pi is the
stationary distribution of the weights; with mutual follows and own = 1 that is proportional to degree + 1.
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


@dataclass(frozen=True)
class DeGroot(OpinionModel):
    """own >= 0: weight of one's own opinion, where a contact has 1; contacts: one of base.CONTACTS."""

    own: float = 1.0
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
        """All active users take the mean at once."""
        del streams
        world.users.opinions[feed.viewers] = averages(
            world, feed, rows, read_key, depth, self.contacts, self.own, np.inf, workers
        )


Here = DeGroot
