"""A draw for each viewer and post."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.candidates import Candidates
from recommender.parts import PairScorer
from simapp.engine.core.streams import draw


@njit(cache=True, nogil=True)
def _fill(key: Any, viewers: Any, indptr: Any, rows: Any, keys: Any, out: Any) -> None:
    for v in range(viewers.shape[0]):
        for j in range(indptr[v], indptr[v + 1]):
            out[j] = draw(key, np.int64(viewers[v]), keys[rows[j]])


class Here(PairScorer):
    """A number in [0, 1), drawn in every step and named by what the row shows: a repost is no second try."""

    name = "chance"
    label = "Chance"
    help = "A random number for each viewer and post, drawn anew in every step."

    def of_pairs(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        keys = turn.world.posts.key[np.maximum(turn.board.original, 0)]
        out = np.empty(len(candidates))
        key = turn.streams.key("feed/chance", turn.world.step)
        _fill(key, candidates.viewers, candidates.indptr, candidates.rows, keys, out)
        return out
