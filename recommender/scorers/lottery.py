"""A lottery in which the popular have more tickets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.candidates import Candidates
from recommender.parameters import Parameter
from recommender.parts import PairScorer
from simapp.engine.core.streams import draw


@njit(cache=True, nogil=True)
def _wait(key: Any, viewers: Any, indptr: Any, rows: Any, original: Any, keys: Any, tickets: Any, out: Any) -> None:
    """Fill out float64[C] with minus the time until a clock of rate tickets[row] rings: a draw by weight."""
    for v in range(viewers.shape[0]):
        for c in range(indptr[v], indptr[v + 1]):
            row = original[rows[c]]
            out[c] = np.log(1.0 - draw(key, viewers[v], keys[row])) / tickets[row]


class Here(PairScorer):
    """Orders as if posts were drawn one after another with chance in proportion to (1 + reactions) ** strength.

    Reactions: likes, reposts, quotes and comments of what the row shows. Weighted order by exponential clocks
    (Efraimidis & Spirakis 2006, Inf. Process. Lett. 97, 181); drawn anew in every step.
    """

    name = "lottery"
    label = "Popularity lottery"
    help = "Shows posts by chance, the ones with many reactions more often."
    parameters = (
        Parameter(
            "strength", "Strength of popularity", "0 shows all alike; 1 in proportion to 1 + reactions.",
            default=1, low=0, high=5,
        ),
    )  # fmt: skip

    def of_pairs(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        posts, original = turn.world.posts, np.maximum(turn.board.original, 0)
        reactions = posts.likes.astype(np.float64) + posts.shares + posts.comments
        tickets = (1.0 + reactions) ** self.params["strength"]
        out = np.empty(len(candidates))
        key = turn.streams.key("feed/popularity", turn.world.step)
        _wait(key, candidates.viewers, candidates.indptr, candidates.rows, original, posts.key, tickets, out)
        return out
