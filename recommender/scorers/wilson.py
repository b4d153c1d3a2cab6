"""Reddit's "best": the lower end of what the share of likes may be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parts import PostScorer

Z = 1.281551565545  # of the normal law: 80 % lie within


@njit(cache=True, nogil=True)
def wilson(likes: Any, dislikes: Any, out: Any) -> None:
    """Fill out float64[A] with the lower bound of the Wilson score interval of likes among votes int[A], in [0, 1].

    Wilson 1927 (JASA 22, 209); z and the form are those of Reddit's published code (`_sorts.pyx`, confidence). 0 where
    there are no votes.
    """
    for i in range(out.shape[0]):
        n = np.float64(likes[i]) + np.float64(dislikes[i])
        if n == 0.0:
            out[i] = 0.0
            continue
        p = likes[i] / n
        left = p + Z * Z / (2.0 * n)
        right = Z * math.sqrt(p * (1.0 - p) / n + Z * Z / (4.0 * n * n))
        out[i] = (left - right) / (1.0 + Z * Z / n)


class Here(PostScorer):
    """The bound for the votes of what the row shows."""

    name = "wilson"
    label = "Wilson bound"
    help = "The share of likes among votes that is exceeded with 90 % confidence; 0 without votes."

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        posts, row = turn.world.posts, np.maximum(turn.board.original, 0)
        out = np.empty(len(posts))
        wilson(posts.likes[row], posts.dislikes[row], out)
        return out
