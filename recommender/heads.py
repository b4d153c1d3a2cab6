"""Feeds that are simply the head of the one list for everybody.

Where all viewers share one order, most feeds are the first k of it: whoever wrote none of them, saw none, mutes
nobody and follows nobody with something better. They are copied; the others are left to `choosing.choose`, which would
have given the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

if TYPE_CHECKING:
    from recommender.fused import OnePass
    from simapp.engine.core.batches import FeedBatch


@njit(cache=True, nogil=True, _nrt=False)
def _copy(  # noqa: C901 - one pass per viewer; a kernel cannot be cut into closures
    lo: Any, hi: Any, viewers: Any, indptr: Any, followees: Any, best: Any, by_author: Any, serials: Any, authors: Any,
    scores: Any, last: Any, code: Any, place: Any, base: Any, seen: Any, known: Any, own: Any, muters: Any,
    out_posts: Any, out_scores: Any, out_source: Any, done: Any,
) -> None:  # fmt: skip
    k = serials.shape[0]
    for v in range(lo, hi):
        u = viewers[v]
        hindered = np.int32(muters[u])
        if own:
            for j in range(k):
                hindered += np.int32(authors[j] == u)
        if by_author:
            for e in range(indptr[u], indptr[u + 1]):
                hindered += np.int32(best[followees[e]] >= last)
        if known and hindered == 0:
            for j in range(seen.shape[1]):
                row = np.int64(seen[u, j]) - base
                if 0 <= row < place.shape[0]:
                    hindered += np.int32(place[row])
        done[v - lo] = hindered == 0
        if hindered == 0:
            for j in range(k):
                out_posts[v, j] = serials[j]
            for j in range(k):
                out_scores[v, j] = scores[j]
            for j in range(k):
                out_source[v, j] = code


def copy_heads(
    lists: OnePass, viewers: NDArray[np.int32], out: FeedBatch, lo: int, hi: int, *, own: bool,
    seen: NDArray[np.uint32], muters: NDArray[np.bool_],
) -> NDArray[np.bool_]:  # fmt: skip
    """Fill the feeds of viewers lo .. hi - 1 that are the list's head; return bool[hi - lo]: which were filled."""
    turn, world = lists.turn, lists.turn.world
    done = np.zeros(hi - lo, np.bool_)
    k = turn.k
    if not lists.one_list or lists.pool.shape[0] < k:
        return done
    head = lists.pool[:k]
    serials = head.astype(np.int64) + world.posts.base
    place = np.zeros(len(world.posts), np.uint8)
    place[head] = 1
    scores = turn.post_score[head]
    follows = world.follows
    _copy(
        lo, hi, viewers, follows.indptr, follows.followees, lists.people.best, lists.by_author >= 0, serials,
        turn.board.author[head], scores.astype(np.float32), scores[-1], lists.pool_code[0], place,
        np.int64(world.posts.base), seen, bool(serials.min() < world.unseen_from), own, muters, out.posts, out.scores,
        out.sources, done,
    )  # fmt: skip
    return done
