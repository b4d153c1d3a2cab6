"""Collaborative filtering by neighbours: who liked this also liked that."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.candidates import Candidates
from recommender.collaborative import knn
from recommender.parameters import Parameter
from recommender.parts import PairScorer
from recommender.reactions import reactions


@njit(cache=True, nogil=True)
def _fill(
    viewers: Any, indptr: Any, rows: Any, row_of: Any, user_of: Any, history_ptr: Any, history: Any, near_ptr: Any,
    near: Any, closeness: Any, scores: Any, out: Any,
) -> None:  # fmt: skip
    for v in range(viewers.shape[0]):
        u = user_of[viewers[v]]
        if u < 0:
            for j in range(indptr[v], indptr[v + 1]):
                out[j] = 0.0
            continue
        for h in range(history_ptr[u], history_ptr[u + 1]):
            for e in range(near_ptr[history[h]], near_ptr[history[h] + 1]):
                scores[near[e]] += closeness[e]
        for j in range(indptr[v], indptr[v + 1]):
            i = row_of[rows[j]]
            out[j] = scores[i] if i >= 0 else 0.0
        for h in range(history_ptr[u], history_ptr[u + 1]):
            for e in range(near_ptr[history[h]], near_ptr[history[h] + 1]):
                scores[near[e]] = 0.0


class Here(PairScorer):
    """The sum of a post's closeness (`collaborative/knn.py`) to those of its neighbours that the viewer reacted to.

    Neighbours are found in every step among the hot posts that anybody liked, reposted or quoted.
    """

    name = "item-knn"
    label = "Item neighbours"
    help = "How close a post is, by who reacted to it, to the posts that the viewer reacted to."
    parameters = (
        Parameter("neighbours", "Neighbours", "How many a post keeps.", default=50, low=1, high=500, whole=True),
    )

    def begin(self, turn: Turn) -> None:
        turn.tables["item-knn"] = knn.fit(reactions(turn).table, int(self.params["neighbours"]))

    def of_pairs(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        held, fitted = reactions(turn), turn.tables["item-knn"]
        rows = np.maximum(turn.board.original[candidates.rows], 0)
        out = np.empty(len(candidates))
        _fill(
            candidates.viewers, candidates.indptr, rows, held.row_of, held.user_of, held.table.indptr, held.table.items,
            fitted.indptr, fitted.items, fitted.closeness, np.zeros(held.rows.shape[0]), out,
        )  # fmt: skip
        return out
