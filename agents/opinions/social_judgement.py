"""Assimilation and contrast (Jager & Amblard 2005, Comput. Math. Organ. Theory 10, 295).

In a meeting at distance d = |x_i - x_j| both move towards each other by mu * d where d < accept, away from
each other by mu * d where d > reject, and not at all in between. Opinions stay in [0, 1]: a step beyond an end stops
there, and is counted. With nothing to reject this is the model of Deffuant, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.opinions._meetings import meetings
from agents.opinions.base import OpinionModel
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

CLIPPED = "opinion/clipped"


@njit(cache=True, nogil=True)
def meet(
    user: Any,
    other: Any,
    topic: Any,
    said: Any,
    accept: Any,
    reject: Any,
    mu: Any,
    low: Any,
    high: Any,
    x: Any,
) -> Any:
    """Carry out meetings on x float64[N, T]; return how many steps were stopped at low or high."""
    clipped = 0
    for e in range(user.shape[0]):
        i, j, reading = user[e], other[e], not np.isnan(said[e])
        first, last = (0, x.shape[1]) if topic[e] < 0 else (topic[e], topic[e] + 1)
        for t in range(first, last):
            d = (said[e] if reading else x[j, t]) - x[i, t]
            if abs(d) < accept:
                step = mu * d
            elif abs(d) > reject:
                step = -mu * d
            else:
                continue
            moved = x[i, t] + step
            if abs(d) > reject and not low <= moved <= high:
                moved = min(max(moved, low), high)
                clipped += 1
            x[i, t] = moved
            if reading:
                continue
            moved = x[j, t] - step
            if abs(d) > reject and not low <= moved <= high:
                moved = min(max(moved, low), high)
                clipped += 1
            x[j, t] = moved
    return clipped


@dataclass(frozen=True)
class SocialJudgement(OpinionModel):
    """accept, reject >= 0: latitudes on opinions in [0, 1] (reject above 1: nothing is rejected); mu in [0, 0.5];
    rate >= 0: mean number of meetings that an active user starts per step (in a feed: every post read is one);
    contacts: one of base.CONTACTS."""

    span: ClassVar[tuple[float, float]] = (0.0, 1.0)
    accept: float = 0.2
    reject: float = 0.6
    mu: float = 0.3
    rate: float = 1.0
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
        """One meeting after another, in order of time."""
        del workers
        met = meetings(world, feed, rows, read_key, depth, self.contacts, self.rate, streams)
        low, high = self.span
        clipped = meet(
            met.user,
            met.other,
            met.topic,
            met.said,
            self.accept,
            self.reject,
            self.mu,
            low,
            high,
            world.users.opinions,
        )
        world.extra[CLIPPED] = world.extra.get(CLIPPED, np.zeros(1, np.int64)) + clipped


Here = SocialJudgement
