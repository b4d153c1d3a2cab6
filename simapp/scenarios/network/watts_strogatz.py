"""Small worlds: a ring of friends with some ties rewired.

Source: Watts & Strogatz 1998, Nature 393, 440. Users sit on a ring in the order of their numbers
and are tied to their nearest neighbours; each tie is rewired with probability p: it keeps its first
end and gets a random other end, beyond the ring neighbourhood, where no tie is yet. (The original
also allows ring neighbours whose own tie was rewired away; leaving them out changes nothing that
can be measured in a sparse ring and makes the result independent of the order of work.)
A tie is a friendship: two follows, one each way. Clustering is near C(0) (1 - p)**3 with
C(0) = 3 (k - 2) / (4 (k - 1)) for k ties per user (Barrat & Weigt 2000, Eur. Phys. J. B 13, 547).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from simapp.engine.core.streams import Streams

Ids = NDArray[np.int32]
_ROUNDS = 50


def watts_strogatz(users: int, mean_followees: float, *, rewire: float, streams: Streams) -> tuple[Ids, Ids]:
    """Return (follower int32[M], followee int32[M]) without loops or duplicates.

    0 <= mean_followees <= users - 1; 0 <= rewire <= 1. M is near users * mean_followees; every edge
    comes with its reverse. When half the mean is no whole number, the last ring tie of each user
    exists with the fractional probability.
    """
    first, second, reach = _ring(users, mean_followees, streams)
    far = users - 2 * reach - 1
    if far > 0 and rewire > 0:
        _rewire(first, second, users, reach, rewire, streams)
    return np.concatenate([first, second]), np.concatenate([second, first])


def _ring(users: int, mean: float, streams: Streams) -> tuple[Ids, Ids, int]:
    """Return the ties of the ring (from a user to those after it) and the largest ring distance."""
    everyone = np.arange(users, dtype=np.int64)
    half = mean / 2.0
    ties = np.floor(half + streams.uniform("network/ring", user=everyone)).astype(np.int64)
    ties = np.minimum(ties, (users - 1) // 2)
    first = np.repeat(everyone, ties)
    start = np.concatenate([[0], np.cumsum(ties)])[:-1]
    distance = np.arange(first.shape[0]) - np.repeat(start, ties) + 1
    second = (first + distance) % max(users, 1)
    if users % 2 == 0 and half > (users - 1) // 2:
        # An even ring: the user opposite is at distance users / 2, tied from one end only.
        share = min(1.0, (half - (users - 1) // 2) * 2)
        near = everyone[: users // 2]
        near = near[streams.uniform("network/opposite", user=near) < share]
        first, second = np.concatenate([first, near]), np.concatenate([second, near + users // 2])
        distance = np.concatenate([distance, np.full(near.shape[0], users // 2)])
    reach = int(distance.max()) if distance.size else 0
    return first.astype(np.int32), second.astype(np.int32), reach


def _rewire(first: Ids, second: Ids, users: int, reach: int, rewire: float, streams: Streams) -> None:
    """Give a share of the ties a new second end, in place; ties that find no free end stay on the ring."""
    ring = second.copy()
    chosen = np.flatnonzero(streams.uniform("network/rewire", user=first, item=ring) < rewire)
    far = users - 2 * reach - 1
    open_ties = chosen
    for attempt in range(_ROUNDS):
        if open_ties.size == 0:
            return
        a, b = first[open_ties].astype(np.int64), ring[open_ties].astype(np.int64)
        u = streams.uniform("network/rewire-to", step=attempt, user=a, item=b)
        second[open_ties] = (a + reach + 1 + np.minimum((u * far).astype(np.int64), far - 1)) % users
        open_ties = chosen[_repeated(first[chosen], second[chosen])]
    second[open_ties] = ring[open_ties]


def _repeated(first: Ids, second: Ids) -> NDArray[np.bool_]:
    """Mark ties that another tie before them in the list repeats (either way round)."""
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second).astype(np.int64)
    key = low << 32 | high
    order = np.argsort(key, kind="stable")
    again = np.zeros(key.shape[0], np.bool_)
    again[order[1:]] = key[order[1:]] == key[order[:-1]]
    return again
