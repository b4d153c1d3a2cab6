"""Removed posts, and posts of suspended accounts, are shown to nobody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Board
from recommender.parts import PostFilter
from simapp.engine.core.world import World


class Here(PostFilter):
    """Takes out posts that were removed or whose author is suspended, and reposts of them."""

    name = "removed"
    label = "Removed posts"
    help = "Posts taken down by the platform, posts of suspended accounts, and reposts of either."

    def keep(self, world: World, board: Board) -> NDArray[np.bool_]:
        removed = world.hidden(slice(None))
        shows_removed = (board.original >= 0) & removed[np.maximum(board.original, 0)]
        out: NDArray[np.bool_] = removed | shows_removed
        return ~out
