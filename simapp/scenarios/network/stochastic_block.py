"""Groups whose members follow each other more than outsiders.

Source: Holland, Laskey & Leinhardt 1983, Social Networks 5, 109, in its sparse directed form: the
number of followees is Poisson, each follow stays in the own block with probability `homophily`, and
its target is uniform in the chosen part. Edges point from follower to followee.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.streams import draw
from simapp.engine.core.threads import Workers, default_threads
from simapp.scenarios.population.traits import draw_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simapp.engine.core.streams import Streams

Ids = NDArray[np.int32]


def assign_blocks(users: int, sizes: Sequence[float], streams: Streams) -> Ids:
    """Return int32[users]: the block of each user, drawn in proportion to `sizes`."""
    return draw_share(sizes, streams.uniform("network/block", user=np.arange(users))).astype(np.int32)


def stochastic_block(
    block: Ids, mean_followees: float, *, homophily: float, streams: Streams
) -> tuple[Ids, Ids]:
    """Return (follower int32[M], followee int32[M]) without loops or duplicates.

    block int32[N] >= 0; homophily in [0, 1] is the expected share of follows inside the own block.
    A user alone in the block follows outsiders only, and where there are no outsiders insiders only;
    a part that is exhausted passes the rest of the follows to the other.
    """
    users = block.shape[0]
    if users < 2 or mean_followees <= 0:
        empty = np.empty(0, np.int32)
        return empty, empty
    order = np.argsort(block, kind="stable").astype(np.int32)
    place = np.empty(users, np.int32)
    place[order] = np.arange(users, dtype=np.int32)
    bounds = np.concatenate([[0], np.cumsum(np.bincount(block))]).astype(np.int64)
    inside, outside = np.empty(users, np.int32), np.empty(users, np.int32)
    workers = Workers(threads=default_threads())
    keys = (streams.key("network/followees"), streams.key("network/inside"), streams.key("network/target"))

    def count(lo: int, hi: int) -> None:
        _count(keys[0], keys[1], block, bounds, mean_followees, homophily, inside, outside, lo, hi)

    workers.run(users, count)
    start = np.concatenate([[0], np.cumsum(inside.astype(np.int64) + outside)])
    followee = np.empty(int(start[-1]), np.int32)

    def fill(lo: int, hi: int) -> None:
        _fill(keys[2], block, bounds, order, place, inside, outside, start, followee, lo, hi)

    workers.run(users, fill)
    return np.repeat(np.arange(users, dtype=np.int32), np.diff(start)), followee


@njit(cache=True, nogil=True)
def _count(
    degree_key: Any, inside_key: Any, block: Any, bounds: Any, mean: Any, homophily: Any, inside: Any,
    outside: Any, lo: Any, hi: Any,
) -> None:  # fmt: skip
    """Draw how many users inside and outside of the own block each user lo .. hi - 1 follows."""
    users = block.shape[0]
    for i in range(lo, hi):
        # Poisson by inversion; the mean is at most 500, so exp(-mean) does not underflow.
        u = draw(degree_key, i, 0)
        p = np.exp(-mean)
        total, below = 0, p
        while u >= below and total < users - 1:
            total += 1
            p *= mean / total
            below += p
            if p < 1e-18 and total > mean:
                break
        own = bounds[block[i] + 1] - bounds[block[i]]
        within = 0
        for t in range(total):
            if draw(inside_key, i, t) < homophily:
                within += 1
        within = min(within, own - 1)
        beyond = min(total - within, users - own)
        inside[i] = min(total - beyond, own - 1)
        outside[i] = beyond


@njit(cache=True, nogil=True)
def _fill(
    key: Any, block: Any, bounds: Any, order: Any, place: Any, inside: Any, outside: Any, start: Any,
    followee: Any, lo: Any, hi: Any,
) -> None:  # fmt: skip
    """Draw distinct targets by Floyd's method (Bentley & Floyd 1987, Comm. ACM 30, 754): no redraws."""
    most = 1
    for i in range(lo, hi):
        most = max(most, inside[i], outside[i])
    size = 4
    while size < 2 * most:
        size *= 2
    slots = np.zeros(size, np.int64)
    for i in range(lo, hi):
        first, end = bounds[block[i]], bounds[block[i] + 1]
        at = start[i]
        for part in range(2):
            many = inside[i] if part == 0 else outside[i]
            pool = end - first - 1 if part == 0 else block.shape[0] - (end - first)
            slots[:] = -1
            for t in range(many):
                top = pool - many + t
                pick = np.int64(draw(key, i, 2 * t + part) * (top + 1))
                if not _add(slots, pick):
                    pick = top
                    _add(slots, pick)
                # From a number within the part to a place in the order by block.
                if part == 0:
                    spot = first + pick
                    if spot >= place[i]:
                        spot += 1
                else:
                    spot = pick if pick < first else pick + (end - first)
                followee[at] = order[spot]
                at += 1


@njit(cache=True, nogil=True, inline="always")
def _add(slots: Any, value: Any) -> Any:
    """Add value >= 0 to an open-addressing set of a power-of-two size; False when it was there."""
    mask = slots.shape[0] - 1
    at = (value * 0x9E3779B1) & mask
    while slots[at] != -1:
        if slots[at] == value:
            return False
        at = (at + 1) & mask
    slots[at] = value
    return True
