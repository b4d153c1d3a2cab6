"""Removed posts are shown to nobody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Board
from recommender.parts import PostFilter
from simapp.engine.core.world import World


class Here(PostFilter):
    """Takes out removed posts, and reposts of them."""

    name = "removed"
    label = "Removed posts"
    help = "Posts taken down by the platform, and reposts of them."

    def keep(self, world: World, board: Board) -> NDArray[np.bool_]:
        removed = world.posts.removed != 0
        shows_removed = (board.original >= 0) & removed[np.maximum(board.original, 0)]
        out: NDArray[np.bool_] = removed | shows_removed
        return ~out
