"""The recency factor of OASIS's interest feed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parameters import Parameter
from recommender.parts import PostScorer


@njit(cache=True, nogil=True)
def recency(age: Any, out: Any) -> None:
    """Fill out float64[A] with max(0, ln((271.8 - age) / 100)); ages float64[A] >= 0 in its units.

    1.0 at age 0, 0 from age 171.8 on (Yang et al. 2024, arXiv 2411.11581, appendix D.3). The original is
    negative beyond and not a number from 271.8 on; here what is that old is simply 0.
    """
    for i in range(out.shape[0]):
        left = (271.8 - age[i]) / 100.0
        out[i] = math.log(left) if left > 1.0 else 0.0


class Here(PostScorer):
    """Recency of the row: a repost is as new as itself.

    The paper gives no unit of age. Its experiments run on steps of 3 minutes, so one unit is 3 minutes
    by default and a post's recency reaches 0 after 8.6 hours.
    """

    name = "recency"
    label = "Recency"
    help = "1 for what was written just now, falling to 0 at 171.8 units of age."
    parameters = (
        Parameter(
            "minutes_per_unit", "Minutes per unit of age",
            "Simulated minutes per unit of age; a post's recency reaches 0 after 171.8 units.",
            default=3, low=0.1, high=60,
        ),
    )  # fmt: skip

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        world = turn.world
        steps = np.maximum(world.step - world.posts.step.astype(np.int64), 0)
        age = steps * float(world.clock.minutes_per_step) / self.params["minutes_per_unit"]
        out = np.empty(age.shape[0])
        recency(age, out)
        return out
