"""What most people reacted to: all that a collaborative ranking can know."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parameters import Parameter
from recommender.parts import Source
from recommender.select import top_rows


class Here(Source):
    """One list for all viewers: the posts with the most likes and shares."""

    name = "collaborative"
    label = "Reacted to"
    help = "The posts of the whole platform that most people liked, reposted or quoted."
    shared = True
    parameters = (
        Parameter(
            "pool", "Size of the pool", "How many of the platform's most liked and shared posts are considered.",
            default=1000, low=10, high=20_000, whole=True,
        ),
    )  # fmt: skip

    def pool(self, turn: Turn) -> NDArray[np.int32]:
        posts, rows = turn.world.posts, turn.board.originals()
        reactions = posts.likes[rows].astype(np.float64) + posts.shares[rows]
        return top_rows(rows, reactions, turn.draws, int(self.params["pool"]))

    def width(self, turn: Turn) -> float:
        return min(self.params["pool"], float(turn.board.shown.shape[0]))
