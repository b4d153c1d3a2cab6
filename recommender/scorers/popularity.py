"""How many liked or shared a post."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parts import PostScorer


class Here(PostScorer):
    """ln(1 + likes + shares) of what the row shows."""

    name = "popularity"
    label = "Popularity"
    help = "The logarithm of one more than the number of likes and shares."

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        posts, row = turn.world.posts, np.maximum(turn.board.original, 0)
        return np.log1p(posts.likes[row].astype(np.float64) + posts.shares[row])
