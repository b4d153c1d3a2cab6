"""What the scenario itself published."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parts import PostScorer
from simapp.engine.core import ids


class Here(PostScorer):
    """1 for posts that no user wrote, 0 for all others: with a large weight they come first."""

    name = "pinned"
    label = "Pinned"
    help = "1 for posts that the scenario itself published, 0 for all others."

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        return np.asarray(turn.board.writer == ids.SYSTEM, np.float64)
