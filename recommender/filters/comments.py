"""Comments stand under their post, not in feeds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Board
from recommender.parts import PostFilter
from simapp.engine.core.posts import COMMENT
from simapp.engine.core.world import World


class Here(PostFilter):
    """Takes out comments, and reposts of them."""

    name = "comments"
    label = "Comments"
    help = "Comments are read under their post and are no items of a feed."

    def keep(self, world: World, board: Board) -> NDArray[np.bool_]:
        comment = world.posts.kind == COMMENT
        shows_comment = (board.original >= 0) & comment[np.maximum(board.original, 0)]
        out: NDArray[np.bool_] = comment | shows_comment
        return ~out
