"""Posts that left the hot window are shown to nobody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Board
from recommender.parts import PostFilter
from simapp.engine.core.world import World


class Here(PostFilter):
    """Takes out posts older than the hot window, and reposts whose original is.

    A repost outlives its original in the window, but nobody could react to what it shows.
    """

    name = "expired"
    label = "Expired posts"
    help = "Posts older than the platform's window, and reposts of them."

    def keep(self, world: World, board: Board) -> NDArray[np.bool_]:
        hot = world.posts.step > world.step - world.rules.hot_steps
        return (board.original >= 0) & hot[np.maximum(board.original, 0)] & hot
