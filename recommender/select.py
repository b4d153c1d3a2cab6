"""The best k of many, in one total order: score, then a draw named by the post's identity.

`draw_bits` is a bijection of the item for a fixed key and user, so two posts never tie and row
numbers never decide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.streams import draw_bits


@njit(cache=True, nogil=True, inline="always")
def _wins(tie: Any, user: Any, draws: Any, keys: Any, row_a: Any, row_b: Any) -> Any:
    # user < 0: the draw is the same for everybody and was made once per post.
    if user < 0:
        return draws[row_a] > draws[row_b]
    return draw_bits(tie, user, keys[row_a]) > draw_bits(tie, user, keys[row_b])


@njit(cache=True, nogil=True)
def _put(  # noqa: C901 - one insertion; calls inside would cost more than it does
    score: Any, original: Any, c: Any, rows: Any, draws: Any, keys: Any, tie: Any, user: Any,
    size: Any, limit: Any, top_score: Any, top_original: Any, top: Any,
) -> Any:  # fmt: skip
    """Put candidate c into a list of at most `limit`, best first, one per original; return its new size."""
    row = rows[c]
    if size == limit:
        if limit == 0 or score < top_score[size - 1]:
            return size
        if score == top_score[size - 1] and not _wins(tie, user, draws, keys, row, rows[top[size - 1]]):
            return size
    # Only a candidate that would be listed pays for this search. A better one of the same original that
    # was pushed out before is no loss: what pushed it out is better still.
    gap = size
    for j in range(size):
        if top_original[j] == original:
            if score < top_score[j]:
                return size
            if score == top_score[j] and not _wins(tie, user, draws, keys, row, rows[top[j]]):
                return size
            gap = j
            break
    if gap == size:
        if size == limit:
            gap = size - 1
        else:
            size += 1
    # Everything from the gap to the place of c moves one down; c is never worse than what left the gap.
    i = gap
    while i > 0:
        if score < top_score[i - 1]:
            break
        if score == top_score[i - 1] and not _wins(tie, user, draws, keys, row, rows[top[i - 1]]):
            break
        top_score[i] = top_score[i - 1]
        top_original[i] = top_original[i - 1]
        top[i] = top[i - 1]
        i -= 1
    top_score[i] = score
    top_original[i] = original
    top[i] = c
    return size


@njit(cache=True, nogil=True)
def _holds(originals: Any, count: Any, original: Any) -> Any:
    for j in range(count):  # noqa: SIM110 - numba compiles no generators
        if originals[j] == original:
            return True
    return False


@njit(cache=True, nogil=True)
def pick(  # noqa: C901 - the stages of one choice share their scratch arrays
    viewers: Any,
    indptr: Any,
    rows: Any,
    source: Any,
    scores: Any,
    original: Any,
    draws: Any,
    keys: Any,
    tie: Any,
    per_viewer: Any,
    reserved: Any,
    slots: Any,
    alone: Any,
    floor_row: Any,
    floor_score: Any,
    out_rows: Any,
    out_scores: Any,
    out_source: Any,
    short: Any,
) -> None:
    """Choose up to k candidates of each viewer, at most one per original, best first.

    viewers, indptr, rows, source: as in Candidates; scores float64[C]. draws uint64[H]:
    tie draws of posts; per_viewer: draw ties for each viewer from the uint64 key `tie` and
    keys int64[H] instead. reserved: code of the reserved source (-1 none) with `slots`
    places; alone bool[V]: viewers whose empty places the reserved source fills. floor_row (-1 none):
    the last row of a shared list that was cut, with its score; short bool[V] tells which viewers
    might have found something better behind the cut. Outputs [V, k]; out_rows is -1 where empty.
    """
    k = out_rows.shape[1]
    top_score, top_original, top = np.empty(k), np.empty(k, np.int32), np.empty(k, np.int64)
    kept, kept_original = np.empty(k, np.int64), np.empty(k, np.int32)
    for v in range(viewers.shape[0]):
        lo, hi = indptr[v], indptr[v + 1]
        user = np.int64(viewers[v]) if per_viewer else np.int64(-1)
        # Reserved candidates come in their own order; the first that fit take the kept places.
        count = 0
        c = lo
        while c < hi and count < min(slots, k):
            if source[c] == reserved and not _holds(kept_original, count, original[rows[c]]):
                kept[count] = c
                kept_original[count] = original[rows[c]]
                count += 1
            c += 1
        limit = k - count
        size = 0
        for c in range(lo, hi):
            if source[c] == reserved:
                continue
            score = scores[c]
            if size == limit and (limit == 0 or score < top_score[size - 1]):
                continue
            shown = original[rows[c]]
            if count and _holds(kept_original, count, shown):
                continue
            size = _put(
                score, shown, c, rows, draws, keys, tie, user, size, limit, top_score, top_original, top
            )
        if floor_row >= 0 and limit > 0:
            worst = top[size - 1] if size else np.int64(0)
            short[v] = (
                size < limit
                or floor_score > scores[worst]
                or (floor_score == scores[worst] and _wins(tie, user, draws, keys, floor_row, rows[worst]))
            )
        if alone[v]:
            for c in range(lo, hi):
                if count + size == k:
                    break
                shown = original[rows[c]]
                if (
                    source[c] == reserved
                    and not _holds(kept_original, count, shown)
                    and not _holds(top_original, size, shown)
                ):
                    kept[count] = c
                    kept_original[count] = shown
                    count += 1
        for j in range(count):
            c = kept[j]
            size = _put(
                scores[c],
                kept_original[j],
                c,
                rows,
                draws,
                keys,
                tie,
                user,
                size,
                k,
                top_score,
                top_original,
                top,
            )
        for j in range(k):
            if j < size:
                out_rows[v, j] = rows[top[j]]
                out_scores[v, j] = scores[top[j]]
                out_source[v, j] = source[top[j]]
            else:
                out_rows[v, j] = -1
                out_scores[v, j] = 0.0
                out_source[v, j] = 0


@njit(cache=True, nogil=True)
def _worse(a: Any, b: Any, rows: Any, scores: Any, draws: Any) -> Any:
    if scores[a] != scores[b]:
        return scores[a] < scores[b]
    return draws[rows[b]] > draws[rows[a]]


@njit(cache=True, nogil=True)
def _sink(heap: Any, size: Any, i: Any, rows: Any, scores: Any, draws: Any) -> None:
    # heap[0] is the worst of those held.
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and _worse(heap[child + 1], heap[child], rows, scores, draws):
            child += 1
        if not _worse(heap[child], heap[i], rows, scores, draws):
            return
        heap[i], heap[child] = heap[child], heap[i]
        i = child


@njit(cache=True, nogil=True)
def _top(rows: Any, scores: Any, draws: Any, heap: Any) -> None:
    size = heap.shape[0]
    for c in range(size):
        heap[c] = c
    for i in range(size // 2 - 1, -1, -1):
        _sink(heap, size, i, rows, scores, draws)
    for c in range(size, rows.shape[0]):
        if _worse(heap[0], c, rows, scores, draws):
            heap[0] = c
            _sink(heap, size, 0, rows, scores, draws)
    # Moving the worst to the end again and again leaves the best in front.
    for end in range(size - 1, 0, -1):
        heap[0], heap[end] = heap[end], heap[0]
        _sink(heap, end, 0, rows, scores, draws)


def top_rows(
    rows: NDArray[np.int32],
    scores: NDArray[np.float64],
    draws: NDArray[np.uint64],
    count: int,
) -> NDArray[np.int32]:
    """Return up to `count` of rows int32[R] with the highest scores float64[R], best first.

    draws uint64[H] by row, all different, decide between equal scores.
    """
    heap = np.empty(min(count, rows.shape[0]), np.int64)
    if heap.shape[0]:
        _top(rows, scores, draws, heap)
    return rows[heap]
