"""Later posts of one author count for less."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.lists import reordered
from recommender.parameters import Parameter
from recommender.parts import Reranker
from simapp.engine.core.batches import FeedBatch


@njit(cache=True, nogil=True)
def _discount(posts: Any, author: Any, scores: Any, decay: Any, floor: Any) -> None:
    for v in range(posts.shape[0]):
        for j in range(posts.shape[1]):
            if posts[v, j] < 0:
                break
            factor = 1.0
            for i in range(j):
                if author[v, i] == author[v, j]:
                    factor *= decay
            if scores[v, j] > 0:
                scores[v, j] = scores[v, j] * ((1.0 - floor) * factor + floor)


class Here(Reranker):
    """Multiply the score of an author's i-th post (from 0) by (1 - floor) * decay**i + floor.

    The author diversity of X's published code of April 2023 (decay 0.5, floor 0.25). Scores of 0 and
    below are left alone. Equal results keep their order.
    """

    name = "author-diversity"
    label = "Author diversity"
    help = "Each further post of the same author in a feed counts for less."
    parameters = (
        Parameter("decay", "Decay", "Factor for each further post of an author.", default=0.5, low=0, high=1),
        Parameter("floor", "Floor", "Share of a score that always stays.", default=0.25, low=0, high=1),
    )

    def rerank(self, turn: Turn, feed: FeedBatch) -> FeedBatch:
        rows = np.maximum(turn.world.posts.row(feed.posts.ravel()).reshape(feed.posts.shape), 0)
        author: NDArray[np.int32] = turn.board.author[rows]
        scores = feed.scores.astype(np.float64)
        _discount(feed.posts, author, scores, self.params["decay"], self.params["floor"])
        return reordered(feed, scores)
