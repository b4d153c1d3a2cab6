"""Preferential attachment, directed, with a tail exponent and a share of returned follows.

Users arrive one by one, in an order drawn from the seed. An arriving user follows `m` distinct
earlier users; an earlier user j is chosen with probability proportional to a + (followers of j so
far by attachment). With a = m this is the model of Barabasi & Albert (1999, Science 286, 509),
where the attachment counts the total degree; in general the number of followers has the tail
exponent 2 + a / m (Dorogovtsev, Mendes & Samukhin 2000, Phys. Rev. Lett. 85, 4633), so the exponent
asked for sets a = m (exponent - 2). The first users form a complete group.

Returned follows: each follow u -> v is answered by v -> u with probability q = r / (2 - r). A pair
counts as two reciprocated follows, so the reciprocated share is 2q / (1 + q) = r.

Edges point from follower to followee; attention flows the other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.streams import draw

if TYPE_CHECKING:
    from simapp.engine.core.streams import Streams

Ids = NDArray[np.int32]


def barabasi_albert(
    users: int, mean_followees: float, *, reciprocity: float, exponent: float, streams: Streams
) -> tuple[Ids, Ids]:
    """Return (follower int32[M], followee int32[M]) without loops or duplicates.

    0 <= mean_followees <= users - 1, 0 <= reciprocity < 1, exponent > 2. M is near users *
    mean_followees, returned follows included; it falls short where the population is too small.
    """
    m = mean_followees / (1.0 + reciprocity / (2.0 - reciprocity))
    if users < 2 or m <= 0:
        empty = np.empty(0, np.int32)
        return empty, empty
    order = np.argsort(streams.bits("network/arrival", user=np.arange(users)), kind="stable").astype(np.int32)
    wanted = np.floor(m + streams.uniform("network/followees", user=np.arange(users))).astype(np.int64)
    group = min(users, int(np.ceil(m)) + 1)
    # The complete group of the first users gives each of them group - 1 follows.
    counts = np.minimum(wanted, np.arange(users))
    counts[:group] = group - 1
    start = np.concatenate([[0], np.cumsum(counts)])
    source = np.repeat(np.arange(users, dtype=np.int32), counts)
    target = np.empty(source.shape[0], np.int32)
    _grow(streams.key("network/attach"), start, target, group, m * (exponent - 2.0), order)
    follower, followee = order[source], order[target]
    back = _returned(streams, follower, followee, int(start[group]), reciprocity / (2.0 - reciprocity))
    return np.concatenate([follower, followee[back]]), np.concatenate([followee, follower[back]])


def _returned(
    streams: Streams, follower: Ids, followee: Ids, mutual: int, chance: float
) -> NDArray[np.bool_]:
    """Mark follows that are returned; the first `mutual` are mutual already.

    Later follows go to earlier users only, so a returned follow exists nowhere else.
    """
    back = np.zeros(follower.shape[0], np.bool_)
    if chance > 0:
        u = streams.uniform("network/follow-back", user=follower[mutual:], item=followee[mutual:])
        back[mutual:] = u < chance
    return back


@njit(cache=True, nogil=True)
def _grow(key: Any, start: Any, target: Any, group: Any, attract: Any, order: Any) -> None:
    """Fill target int32[M] in arrival numbers; edges start[i] .. start[i + 1] belong to arrival i."""
    users = start.shape[0] - 1
    taken = np.full(users, -1, np.int32)
    for i in range(group):
        at = start[i]
        for other in range(group):
            if other != i:
                target[at] = other
                at += 1
    for i in range(group, users):
        edges = start[i]
        flat = attract * i / (attract * i + edges)
        user = order[i]
        taken[i] = i
        item = 0
        for at in range(start[i], start[i + 1]):
            while True:
                u = draw(key, user, item)
                item += 1
                # One number decides the branch and, rescaled, the place within it.
                if u < flat:
                    j: Any = min(np.int64(u / flat * i), i - 1)
                else:
                    j = target[min(np.int64((u - flat) / (1.0 - flat) * edges), edges - 1)]
                if taken[j] != i:
                    break
            taken[j] = i
            target[at] = j
