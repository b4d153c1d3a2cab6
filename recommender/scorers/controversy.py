"""Reddit's "controversial": many votes, evenly split."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parts import PostScorer


@njit(cache=True, nogil=True)
def controversy(likes: Any, dislikes: Any, out: Any) -> None:
    """Fill out float64[A] with (likes + dislikes) ** (smaller / larger) of votes int[A]; 0 where either is 0.

    Reddit's published code, `_sorts.pyx` (controversy).
    """
    for i in range(out.shape[0]):
        up, down = np.float64(likes[i]), np.float64(dislikes[i])
        if up <= 0.0 or down <= 0.0:
            out[i] = 0.0
        else:
            out[i] = (up + down) ** (min(up, down) / max(up, down))


class Here(PostScorer):
    """Controversy of the votes of what the row shows."""

    name = "controversy"
    label = "Controversy"
    help = "Number of votes, to the power of how evenly they are split; 0 where all agree."

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        posts, row = turn.world.posts, np.maximum(turn.board.original, 0)
        out = np.empty(len(posts))
        controversy(posts.likes[row], posts.dislikes[row], out)
        return out
