"""The posts that score highest for everybody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parameters import Parameter
from recommender.parts import Source
from recommender.select import top_rows


class Here(Source):
    """One list for all viewers: the best by the part of the score that is the same for everybody."""

    name = "trending"
    label = "Trending"
    help = "The posts with the highest score on the whole platform."
    shared = True
    parameters = (
        Parameter(
            "size", "Length of the list", "How many of the platform's best posts are considered.",
            default=500, low=10, high=20_000, whole=True,
        ),
    )  # fmt: skip

    def pool(self, turn: Turn) -> NDArray[np.int32]:
        board = turn.board
        rows = board.originals()
        return top_rows(rows, turn.post_score[rows], turn.draws, int(self.params["size"]))

    def width(self, turn: Turn) -> float:
        return min(self.params["size"], float(turn.board.shown.shape[0]))
