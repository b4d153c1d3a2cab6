"""The voter model (Clifford & Sudbury 1973, Biometrika 60, 581; Holley & Liggett 1975, Ann. Probab. 3, 643).

At each tick of a clock of one's own one takes over the opinion of a random contact. With mutual follows the chance
that all end with an opinion is the share of follow ends held by those who begin with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.opinions._meetings import meetings
from agents.opinions.base import OpinionModel
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _copy(user: Any, other: Any, topic: Any, said: Any, x: Any) -> None:
    for e in range(user.shape[0]):
        first, last = (0, x.shape[1]) if topic[e] < 0 else (topic[e], topic[e] + 1)
        for t in range(first, last):
            x[user[e], t] = x[other[e], t] if np.isnan(said[e]) else said[e]


@dataclass(frozen=True)
class Voter(OpinionModel):
    """rate >= 0: mean number of copies per active step (in a feed: every post read is one); contacts: one of
    base.CONTACTS."""

    rate: float = 1.0
    contacts: str = "follows"

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
        """One copy after another, in order of time."""
        del workers
        met = meetings(world, feed, rows, read_key, depth, self.contacts, self.rate, streams)
        _copy(met.user, met.other, met.topic, met.said, world.users.opinions)


Here = Voter
