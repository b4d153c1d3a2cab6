"""Reddit's hot score."""

from __future__ import annotations

import math
from datetime import UTC
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parts import PostScorer


@njit(cache=True, nogil=True)
def hot(likes: Any, dislikes: Any, seconds: Any, out: Any) -> None:
    """Fill out float64[A] from votes int[A] and the time of writing float64[A] in epoch seconds.

    sign(s) * log10(max(|s|, 1)) + (t - 1134028003) / 45000, rounded to 7 decimals, s = likes - dislikes
    (the formula of Reddit's published code, `_sorts.pyx`, as also used by OASIS). Ten net votes instead
    of one weigh as much as 12.5 hours.
    """
    for i in range(out.shape[0]):
        s = likes[i] - dislikes[i]
        sign = 1.0 if s > 0 else (-1.0 if s < 0 else 0.0)
        value = sign * math.log10(max(abs(float(s)), 1.0)) + (seconds[i] - 1134028003.0) / 45000.0
        out[i] = np.rint(value * 1e7) / 1e7


class Here(PostScorer):
    """Hot score of the original: a repost carries the votes and the age of what it shows."""

    name = "hot"
    label = "Hot"
    help = "Reddit's hot score: votes on a logarithmic scale, and 1 point for every 12.5 hours."

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        world, posts = turn.world, turn.world.posts
        start = world.clock.start
        if start.tzinfo is None:  # simulated time is UTC
            start = start.replace(tzinfo=UTC)
        row = np.maximum(turn.board.original, 0)
        minutes = posts.step[row].astype(np.int64) * world.clock.minutes_per_step
        seconds = start.timestamp() + 60.0 * minutes
        out = np.empty(len(posts), np.float64)
        hot(posts.likes[row], posts.dislikes[row], seconds, out)
        return out
