"""How new a post is: the chronological feed's score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender import moments
from recommender.board import Turn
from recommender.parts import PostScorer


class Here(PostScorer):
    """Minus the age in steps; a repost is as new as itself, not as its original."""

    name = "newness"
    label = "Newness"
    help = "Minus the age of the post or repost, in steps. The newest has the highest value, below 0."

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        return moments.newness(turn)
