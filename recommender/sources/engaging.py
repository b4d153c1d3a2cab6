"""What draws most engagement for its impressions, the same for everybody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender import engagement
from recommender.board import Board, Turn
from recommender.parameters import Parameter
from recommender.parts import Source
from recommender.select import top_rows
from simapp.engine.core.world import World


class Here(Source):
    """One list for all viewers: by how often likes, reposts, quotes and comments are to be expected."""

    name = "engaging"
    label = "Engaging"
    help = "The posts of the whole platform that are most likely to be acted on by anybody."
    shared = True
    parameters = (
        Parameter(
            "pool", "Size of the pool", "How many of the platform's most engaging posts are considered.",
            default=500, low=10, high=20_000, whole=True,
        ),
    )  # fmt: skip

    def prepare(self, world: World, board: Board) -> None:
        engagement.ensure(world)

    def pool(self, turn: Turn) -> NDArray[np.int32]:
        rows = turn.board.originals()
        odds = np.zeros(turn.board.original.shape[0])
        for action in ("like_post", "repost", "quote_post", "create_comment"):
            odds += engagement.post_odds(turn.world, turn.board, action)
        return top_rows(rows, odds[rows], turn.draws, int(self.params["pool"]))

    def width(self, turn: Turn) -> float:
        return min(self.params["pool"], float(turn.board.shown.shape[0]))
