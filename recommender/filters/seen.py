"""Nobody is shown the same thing twice."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.candidates import Candidates
from recommender.parts import PairFilter

_SPREAD = np.uint64(0x9E3779B1)  # Knuth's multiplicative hash, 2**32 over the golden ratio
_LOW = np.uint64(0xFFFFFFFF)


@njit(cache=True, nogil=True, inline="always")
def _place(row: Any, shift: Any) -> Any:
    return ((np.uint64(row) * _SPREAD) & _LOW) >> shift


@njit(cache=True, nogil=True)
def _drop(
    viewers: Any, indptr: Any, rows: Any, seen: Any, base: Any, original: Any,
    table: Any, shift: Any, keep: Any,
) -> None:  # fmt: skip
    mask = np.uint64(table.shape[0] - 1)
    hot = original.shape[0]
    for v in range(viewers.shape[0]):
        if indptr[v] == indptr[v + 1]:
            continue
        table[:] = -1
        any_hot = False
        u = viewers[v]
        for j in range(seen.shape[1]):
            row = np.int64(seen[u, j]) - base
            if row < 0 or row >= hot or original[row] < 0:
                continue
            shown = original[row]
            i = _place(shown, shift)
            while table[i] != -1 and table[i] != shown:
                i = (i + np.uint64(1)) & mask
            table[i] = shown
            any_hot = True
        if not any_hot:
            continue
        for j in range(indptr[v], indptr[v + 1]):
            shown = original[rows[j]]
            i = _place(shown, shift)
            while table[i] != -1:
                if table[i] == shown:
                    keep[j] = False
                    break
                i = (i + np.uint64(1)) & mask


class Here(PairFilter):
    """Takes out what the viewer was shown before, be it the post itself or any repost of it."""

    name = "seen"
    label = "Seen posts"
    help = "Posts that the viewer was shown before, directly or through a repost."

    def drop(self, turn: Turn, candidates: Candidates, keep: NDArray[np.bool_]) -> None:
        world = turn.world
        seen = world.users.seen
        if not seen.shape[1]:
            return
        bits = max(4, int(np.ceil(np.log2(seen.shape[1] * 2))))
        table = np.empty(1 << bits, np.int32)
        base, original = np.int64(world.posts.base), turn.board.original
        _drop(
            candidates.viewers, candidates.indptr, candidates.rows, seen, base, original, table,
            np.uint64(32 - bits), keep,
        )  # fmt: skip
