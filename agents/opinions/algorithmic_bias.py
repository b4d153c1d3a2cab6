"""Bounded confidence under a platform that pairs the like-minded (Sirbu, Pedreschi, Giannotti & Kertesz 2019, PLoS
ONE 14, e0213246).

As Deffuant's model, but whom one meets is chosen with probability proportional to |x_i - x_j|^-gamma; gamma 0 is
Deffuant's. More bias makes more camps and slows the way there. In a feed the choice is among the posts read:
as many are taken to heart as were read, each drawn with that probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.opinions._meetings import meetings, ticks
from agents.opinions.base import OpinionModel
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

NEAREST = 1e-4  # opinions closer than this count as equally close, as in NDlib's model of the same name


@njit(cache=True, nogil=True)
def _among_people(
    key: Any, user: Any, nth: Any, everyone: Any, indptr: Any, followees: Any, gamma: Any, epsilon: Any, mu: Any,
    x: Any, weight: Any,
) -> None:  # fmt: skip
    topics = x.shape[1]
    for e in range(user.shape[0]):
        i = user[e]
        first, last = (0, x.shape[0]) if everyone else (indptr[i], indptr[i + 1])
        for t in range(topics):
            total = 0.0
            for c in range(first, last):
                j = c if everyone else followees[c]
                if j != i:
                    total += max(abs(x[i, t] - x[j, t]), NEAREST) ** -gamma
                weight[c - first] = total
            if total == 0.0:
                continue
            at = draw(key, i, np.int64(nth[e]) * topics + t) * total
            c = np.searchsorted(weight[: last - first], at, side="right")
            j = first + c if everyone else followees[first + c]
            d = x[j, t] - x[i, t]
            if abs(d) < epsilon:
                x[i, t] += mu * d
                x[j, t] -= mu * d


@njit(cache=True, nogil=True)
def _among_posts(
    key: Any,
    user: Any,
    topic: Any,
    said: Any,
    name: Any,
    gamma: Any,
    epsilon: Any,
    mu: Any,
    x: Any,
    weight: Any,
) -> None:
    lo = 0
    while lo < user.shape[0]:
        hi = lo
        while hi < user.shape[0] and user[hi] == user[lo]:
            hi += 1
        i = user[lo]
        for e in range(lo, hi):
            t, total = topic[e], 0.0
            for c in range(lo, hi):
                if topic[c] == t:
                    total += max(abs(x[i, t] - said[c]), NEAREST) ** -gamma
                weight[c - lo] = total
            at = draw(key, i, name[e]) * total
            d = said[lo + np.searchsorted(weight[: hi - lo], at, side="right")] - x[i, t]
            if abs(d) < epsilon:
                x[i, t] += mu * d
        lo = hi


@dataclass(frozen=True)
class AlgorithmicBias(OpinionModel):
    """gamma >= 0: bias; epsilon >= 0: bound of confidence on opinions in [0, 1]; mu in [0, 0.5]; rate >= 0: mean
    number of meetings that an active user starts per step; contacts: one of base.CONTACTS (with everyone a meeting
    costs the time of looking at all users)."""

    span: ClassVar[tuple[float, float]] = (0.0, 1.0)
    gamma: float = 1.0
    epsilon: float = 0.3
    mu: float = 0.5
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
        x, key = world.users.opinions, streams.key("opinion/choice", world.step)
        if self.contacts == "feed":
            met = meetings(world, feed, rows, read_key, depth, "feed", self.rate, streams)
            room = np.empty(rows.shape[1])
            _among_posts(
                key, met.user, met.topic, met.said, met.name, self.gamma, self.epsilon, self.mu, x, room
            )
            return
        user, nth = ticks(world, feed.viewers, self.rate, streams)
        everyone, follows = self.contacts == "everyone", world.follows
        most = x.shape[0] if everyone else int(follows.following.max(initial=1))
        _among_people(
            key, user, nth, everyone, follows.indptr, follows.followees, self.gamma, self.epsilon, self.mu, x,
            np.empty(most),
        )  # fmt: skip


Here = AlgorithmicBias
