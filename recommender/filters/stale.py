"""Posts above an age are shown to nobody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Board
from recommender.parameters import Parameter
from recommender.parts import PostFilter
from simapp.engine.core.world import World


class Here(PostFilter):
    """Takes out posts and reposts that were written more than `max_age_hours` ago."""

    name = "stale"
    label = "Stale posts"
    help = "Posts and reposts above an age."
    parameters = (
        Parameter(
            "max_age_hours", "Oldest post, in hours", "Posts written before that many simulated hours are not shown.",
            default=48, low=1, high=720,
        ),
    )  # fmt: skip

    def keep(self, world: World, board: Board) -> NDArray[np.bool_]:
        first = world.step - world.clock.steps_in(self.params["max_age_hours"])
        return np.asarray(world.posts.step >= first, np.bool_)
