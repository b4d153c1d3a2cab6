"""The newest posts of the whole platform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.moments import newness
from recommender.parameters import Parameter
from recommender.parts import Source
from recommender.select import top_rows


class Here(Source):
    """One list for all viewers: the newest posts, wherever they come from.

    OASIS takes 4,000 posts at random from all that were ever written (oasis, recsys.py); taking the
    newest keeps the pool's size and leaves out what the recency score would bury anyway.
    """

    name = "recent"
    label = "Recent"
    help = "The newest posts on the whole platform."
    shared = True
    parameters = (
        Parameter(
            "pool", "Size of the pool", "How many of the platform's newest posts are considered.",
            default=4000, low=10, high=20_000, whole=True,
        ),
    )  # fmt: skip

    def pool(self, turn: Turn) -> NDArray[np.int32]:
        board = turn.board
        rows = board.originals()
        return top_rows(rows, newness(turn)[rows], turn.draws, int(self.params["pool"]))

    def width(self, turn: Turn) -> float:
        return min(self.params["pool"], float(turn.board.shown.shape[0]))
