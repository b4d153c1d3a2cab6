"""The fame factor of OASIS's interest feed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parts import PostScorer


@njit(cache=True, nogil=True)
def fame(followers: Any, out: Any) -> None:
    """Fill out float64[A] with max(1, log1000(followers + 1)) of followers int[A].

    Yang et al. 2024 (arXiv 2411.11581), appendix D.3: 1 up to 999 followers, 2 at a million.
    """
    for i in range(out.shape[0]):
        out[i] = max(1.0, math.log(followers[i] + 1.0) / math.log(1000.0))


class Here(PostScorer):
    """Fame of whoever wrote what is shown (of the original, when it is a repost)."""

    name = "fame"
    label = "Fame"
    help = "1 for authors with up to 999 followers, rising with the logarithm of their number."

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        writer, followers = turn.board.writer, turn.world.follows.followers
        user = writer < followers.shape[0]  # the scenario's own posts have no followers
        counts = np.where(user, followers[np.where(user, writer, 0)], 0) if followers.shape[0] else user * 0
        out = np.empty(writer.shape[0])
        fame(counts, out)
        return out
