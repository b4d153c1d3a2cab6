"""Nobody is shown what they wrote themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.candidates import Candidates
from recommender.parts import PairFilter


@njit(cache=True, nogil=True)
def _drop(viewers: Any, indptr: Any, rows: Any, author: Any, writer: Any, keep: Any) -> None:
    for v in range(viewers.shape[0]):
        for j in range(indptr[v], indptr[v + 1]):
            r = rows[j]
            if author[r] == viewers[v] or writer[r] == viewers[v]:
                keep[j] = False


class Here(PairFilter):
    """Takes out a viewer's own posts and reposts, and reposts of what the viewer wrote."""

    name = "own"
    label = "Own posts"
    help = "The viewer's own posts, also when somebody reposted them."

    def drop(self, turn: Turn, candidates: Candidates, keep: NDArray[np.bool_]) -> None:
        board = turn.board
        _drop(candidates.viewers, candidates.indptr, candidates.rows, board.author, board.writer, keep)
