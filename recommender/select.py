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
def _better(score_a: Any, key_a: Any, score_b: Any, key_b: Any, tie: Any, user: Any) -> Any:
    if score_a != score_b:
        return score_a > score_b
    return draw_bits(tie, user, key_a) > draw_bits(tie, user, key_b)


@njit(cache=True, nogil=True)
def _sink(heap: Any, size: Any, i: Any, rows: Any, scores: Any, keys: Any, tie: Any, user: Any) -> None:
    # heap[0] is the worst of those held.
    while True:
        child = 2 * i + 1
        if child >= size:
            return
        a = heap[child]
        if child + 1 < size:
            b = heap[child + 1]
            if _better(scores[a], keys[rows[a]], scores[b], keys[rows[b]], tie, user):
                child += 1
                a = b
        held = heap[i]
        if not _better(scores[held], keys[rows[held]], scores[a], keys[rows[a]], tie, user):
            return
        heap[i] = a
        heap[child] = held
        i = child


@njit(cache=True, nogil=True)
def _rise(heap: Any, i: Any, rows: Any, scores: Any, keys: Any, tie: Any, user: Any) -> None:
    while i > 0:
        up = (i - 1) // 2
        a, b = heap[i], heap[up]
        if not _better(scores[b], keys[rows[b]], scores[a], keys[rows[a]], tie, user):
            return
        heap[i] = b
        heap[up] = a
        i = up


@njit(cache=True, nogil=True)
def _offer(
    heap: Any, size: Any, limit: Any, c: Any, rows: Any, scores: Any, original: Any, keys: Any, tie: Any, user: Any
) -> Any:
    """Offer candidate c to a heap that holds at most one row per original; return the new size."""
    if limit == 0:
        return size
    row = rows[c]
    if size == limit and not _better(
        scores[c], keys[row], scores[heap[0]], keys[rows[heap[0]]], tie, user
    ):
        return size
    # Only a candidate that would be kept pays for the search, so duplicates cost nearly nothing. One
    # that was pushed out before is no loss: what pushed it out is still better.
    for j in range(size):
        other = heap[j]
        if original[rows[other]] == original[row]:
            if _better(scores[c], keys[row], scores[other], keys[rows[other]], tie, user):
                heap[j] = c
                _sink(heap, size, j, rows, scores, keys, tie, user)
            return size
    if size < limit:
        heap[size] = c
        _rise(heap, size, rows, scores, keys, tie, user)
        return size + 1
    heap[0] = c
    _sink(heap, size, 0, rows, scores, keys, tie, user)
    return size


@njit(cache=True, nogil=True)
def _holds(chosen: Any, count: Any, rows: Any, original: Any, row: Any) -> Any:
    for j in range(count):
        if original[rows[chosen[j]]] == original[row]:
            return True
    return False


@njit(cache=True, nogil=True)
def _reserve(
    chosen: Any, count: Any, limit: Any, lo: Any, hi: Any, rows: Any, source: Any, code: Any, original: Any
) -> Any:
    """Append reserved candidates in their own order until `limit` are chosen; return the count."""
    for c in range(lo, hi):
        if count >= limit:
            break
        if source[c] == code and not _holds(chosen, count, rows, original, rows[c]):
            chosen[count] = c
            count += 1
    return count


@njit(cache=True, nogil=True)
def pick(
    viewers: Any,
    indptr: Any,
    rows: Any,
    source: Any,
    scores: Any,
    original: Any,
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

    viewers, indptr, rows, source: as in Candidates; scores float64[C]. tie uint64 key; per_viewer:
    whether ties are drawn per viewer. reserved: code of the reserved source (-1 none) with `slots`
    places; alone bool[V]: viewers whose empty places the reserved source fills. floor_row (-1 none):
    the last row of a shared list that was cut, with its score; short bool[V] tells which viewers
    might have found something better behind the cut. Outputs [V, k]; out_rows is -1 where empty.
    """
    k = out_rows.shape[1]
    heap = np.empty(k, np.int64)
    chosen = np.empty(k, np.int64)
    for v in range(viewers.shape[0]):
        lo, hi = indptr[v], indptr[v + 1]
        user = np.int64(viewers[v]) if per_viewer else np.int64(0)
        count = 0
        if reserved >= 0 and slots > 0:
            count = _reserve(chosen, 0, min(slots, k), lo, hi, rows, source, reserved, original)
        limit = k - count
        size = 0
        for c in range(lo, hi):
            if source[c] == reserved:
                continue
            if count and _holds(chosen, count, rows, original, rows[c]):
                continue
            size = _offer(heap, size, limit, c, rows, scores, original, keys, tie, user)
        if floor_row >= 0 and limit > 0:
            short[v] = size < limit or _better(
                floor_score, keys[floor_row], scores[heap[0]], keys[rows[heap[0]]], tie, user
            )
        for j in range(size):
            chosen[count] = heap[j]
            count += 1
        if reserved >= 0 and alone[v]:
            count = _reserve(chosen, count, k, lo, hi, rows, source, reserved, original)
        _write(chosen, count, rows, source, scores, keys, tie, user, out_rows[v], out_scores[v], out_source[v])


@njit(cache=True, nogil=True)
def _write(
    chosen: Any,
    count: Any,
    rows: Any,
    source: Any,
    scores: Any,
    keys: Any,
    tie: Any,
    user: Any,
    out_rows: Any,
    out_scores: Any,
    out_source: Any,
) -> None:
    for i in range(1, count):  # insertion sort: count is the length of a feed
        c = chosen[i]
        j = i
        while j > 0 and _better(
            scores[c], keys[rows[c]], scores[chosen[j - 1]], keys[rows[chosen[j - 1]]], tie, user
        ):
            chosen[j] = chosen[j - 1]
            j -= 1
        chosen[j] = c
    for j in range(out_rows.shape[0]):
        if j < count:
            out_rows[j] = rows[chosen[j]]
            out_scores[j] = scores[chosen[j]]
            out_source[j] = source[chosen[j]]
        else:
            out_rows[j] = -1
            out_scores[j] = 0.0
            out_source[j] = 0


@njit(cache=True, nogil=True)
def _top(rows: Any, scores: Any, original: Any, keys: Any, tie: Any, heap: Any) -> Any:
    size = 0
    for c in range(rows.shape[0]):
        if size < heap.shape[0]:
            heap[size] = c
            size += 1
            _rise(heap, size - 1, rows, scores, keys, tie, np.int64(0))
        elif _better(
            scores[c], keys[rows[c]], scores[heap[0]], keys[rows[heap[0]]], tie, np.int64(0)
        ):
            heap[0] = c
            _sink(heap, size, 0, rows, scores, keys, tie, np.int64(0))
    # Taking the worst out again and again leaves the best in front.
    for end in range(size - 1, 0, -1):
        worst = heap[0]
        heap[0] = heap[end]
        heap[end] = worst
        _sink(heap, end, 0, rows, scores, keys, tie, np.int64(0))
    return size


def top_rows(
    rows: NDArray[np.int32],
    scores: NDArray[np.float64],
    keys: NDArray[np.int64],
    tie: np.uint64,
    count: int,
) -> NDArray[np.int32]:
    """Return up to `count` of rows int32[R] with the highest scores float64[R], best first.

    keys int64[H] by row; tie: the stream key of draws that decide between equal scores.
    """
    heap = np.empty(min(count, rows.shape[0]), np.int64)
    size = _top(rows, scores, rows, keys, tie, heap)
    return rows[heap[:size]]
