"""Whom to follow: the best users for each viewer among the followees of followees, by a named measure of closeness.

A measure is one file in `suggesters/` that defines a class called `Here`. Candidates are those whom somebody
follows whom the viewer follows, at most MOST of them (those with most paths first); the viewer, whom the viewer
follows or has muted, and suspended accounts are left out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender import folders
from simapp.engine.core.streams import Streams, draw_bits
from simapp.engine.core.world import World

MOST = 500
_PATHS = 20_000  # looked at per viewer: of somebody who follows stars, the first so many by user number


@dataclass(frozen=True)
class Acquaintances:
    """Candidates of V viewers in compressed rows: users int32[C] of viewer v lie in indptr[v]:indptr[v + 1].

    common float64[C]: how many of the viewer's followees follow them; rarity float64[C]: the sum of 1 / ln(d)
    over those, d being how many each of them follows.
    """

    viewers: NDArray[np.int32]
    indptr: NDArray[np.int64]
    users: NDArray[np.int32]
    common: NDArray[np.float64]
    rarity: NDArray[np.float64]


class Suggester(ABC):
    """A measure of how close a user is to a viewer."""

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]

    @abstractmethod
    def score(self, world: World, met: Acquaintances) -> NDArray[np.float64]:
        """Return float64[C], finite; a pair's value depends on no other pair."""


@dataclass(frozen=True)
class Suggestions:
    """users int32[V, k], best first, -1 where there are no more; scores float64[V, k], 0 there."""

    users: NDArray[np.int32]
    scores: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _meet(  # noqa: C901 - one walk per viewer; a kernel cannot be cut into closures
    viewers: Any, indptr: Any, followees: Any, hidden: Any, mutes: Any, mute_ptr: Any, mutees: Any,
    users: Any, common: Any, rarity: Any, held: Any,
) -> None:  # fmt: skip
    paths = np.zeros(indptr.shape[0] - 1, np.int64)
    weight = np.zeros(indptr.shape[0] - 1)
    met = np.empty(indptr.shape[0] - 1, np.int32)
    for v in range(viewers.shape[0]):
        u = viewers[v]
        count, walked = 0, 0
        for e in range(indptr[u], indptr[u + 1]):
            via = followees[e]
            degree = indptr[via + 1] - indptr[via]
            if walked > _PATHS:
                break
            for f in range(indptr[via], indptr[via + 1]):
                w = followees[f]
                walked += 1
                if paths[w] == 0:
                    met[count] = w
                    count += 1
                paths[w] += 1
                weight[w] += 1.0 / np.log(max(degree, 2))
        for e in range(indptr[u], indptr[u + 1]):
            paths[followees[e]] = 0
        paths[u] = 0
        if mutes:
            for e in range(mute_ptr[u], mute_ptr[u + 1]):
                paths[mutees[e]] = 0
        size = 0
        for m in range(count):
            w = met[m]
            if paths[w] > 0 and not hidden[w]:
                n = np.float64(paths[w])
                # Most paths first, then the lower number: it only decides where more than the room allows were met.
                last = size - 1
                if size < users.shape[1] or n > common[v, last] or (n == common[v, last] and w < users[v, last]):
                    at = min(size, users.shape[1] - 1)
                    while at > 0 and (common[v, at - 1] < n or (common[v, at - 1] == n and users[v, at - 1] > w)):
                        common[v, at], users[v, at] = common[v, at - 1], users[v, at - 1]
                        rarity[v, at] = rarity[v, at - 1]
                        at -= 1
                    common[v, at], users[v, at], rarity[v, at] = n, w, weight[w]
                    size = min(size + 1, users.shape[1])
            paths[w] = 0
            weight[w] = 0.0
        held[v] = size


@njit(cache=True, nogil=True)
def _best(key: Any, viewers: Any, indptr: Any, users: Any, scores: Any, out_users: Any, out_scores: Any) -> None:
    k = out_users.shape[1]
    for v in range(viewers.shape[0]):
        size = 0
        for c in range(indptr[v], indptr[v + 1]):
            draw = draw_bits(key, np.int64(viewers[v]), np.int64(users[c]))
            at = min(size, k)
            while at > 0:
                other = draw_bits(key, np.int64(viewers[v]), np.int64(out_users[v, at - 1]))
                if scores[c] < out_scores[v, at - 1] or (scores[c] == out_scores[v, at - 1] and draw <= other):
                    break
                if at < k:
                    out_users[v, at], out_scores[v, at] = out_users[v, at - 1], out_scores[v, at - 1]
                at -= 1
            if at < k:
                out_users[v, at], out_scores[v, at] = users[c], scores[c]
                size = min(size + 1, k)


def acquaintances(world: World, viewers: NDArray[np.int32]) -> Acquaintances:
    """Return whom viewers int32[V] may be offered."""
    follows, size = world.follows, len(world.users)
    shape = (viewers.shape[0], min(MOST, max(size, 1)))
    users, common, rarity = np.zeros(shape, np.int32), np.zeros(shape), np.zeros(shape)
    held = np.zeros(shape[0], np.int64)
    pairs, flags = world.mutes.items() if world.mute_count else (np.zeros(0, np.int64), np.zeros(0, np.uint8))
    pairs = pairs[(flags & 1) != 0]
    mute_ptr = np.searchsorted(pairs >> 32, np.arange(size + 1)).astype(np.int64)
    _meet(
        viewers, follows.indptr, follows.followees, world.users.suspended != 0, bool(pairs.shape[0]), mute_ptr,
        (pairs & np.int64(0xFFFFFFFF)).astype(np.int32), users, common, rarity, held,
    )  # fmt: skip
    kept = np.arange(shape[1])[None, :] < held[:, None]
    indptr = np.concatenate([[0], np.cumsum(held)]).astype(np.int64)
    return Acquaintances(viewers, indptr, users[kept], common[kept], rarity[kept])


def suggest(world: World, viewers: NDArray[np.int32], k: int, measure: str, streams: Streams) -> Suggestions:
    """Return up to k users whom each of viewers int32[V] might follow, by a measure's name; an unknown one
    raises WrongInput.

    Equal scores are ordered by a draw of viewer and user, the same in every step. A viewer who follows nobody
    gets none.
    """
    chosen: Suggester = folders.load("suggesters", measure)()
    met = acquaintances(world, np.ascontiguousarray(viewers, np.int32))
    out = Suggestions(np.full((viewers.shape[0], k), -1, np.int32), np.zeros((viewers.shape[0], k)))
    scores = np.ascontiguousarray(chosen.score(world, met), np.float64)
    _best(streams.key("feed/suggest"), met.viewers, met.indptr, met.users, scores, out.users, out.scores)
    return out
