"""What people like who otherwise disagree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender import bridging
from recommender.board import Turn
from recommender.parts import PostScorer
from simapp.engine.core.world import DISLIKED, LIKED, World


def votes(world: World) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return user, row and rating of every vote on a hot post: a like 1, a dislike 0, both 0.5; sorted."""
    pairs, flags = world.reactions.items()
    voted = (flags & (LIKED | DISLIKED)) != 0
    user, row = pairs[voted] >> 32, (pairs[voted] & np.int64(0xFFFFFFFF)) - world.posts.base
    liked, disliked = (flags[voted] & LIKED) != 0, (flags[voted] & DISLIKED) != 0
    rating = np.where(liked & disliked, 0.5, liked.astype(np.float64))
    hot = (row >= 0) & (row < len(world.posts))
    return user[hot], row[hot], rating[hot]


def bridge(turn: Turn) -> NDArray[np.float64]:
    """Return float64[H]: the bridging intercept of each hot post, 0 without votes; fitted once per call of `rank`."""
    known: NDArray[np.float64] | None = turn.tables.get("bridge")
    if known is None:
        user, row, rating = votes(turn.world)
        users, at = np.unique(user, return_inverse=True)
        rows, of = np.unique(row, return_inverse=True)
        start = 0.2 * (turn.streams.uniform("feed/bridging", user=users) - 0.5)
        fitted = bridging.fit(at, of, rating, start, rows.shape[0])
        known = np.zeros(len(turn.world.posts))
        known[rows] = fitted.item
        turn.tables["bridge"] = known
    return known


class Here(PostScorer):
    """The bridging intercept of what the row shows, fitted in every step to all likes and dislikes of hot posts."""

    name = "bridging"
    label = "Bridging"
    help = "Approval that no side explains: high for what both sides like, near 0 for what one side likes."

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        return bridge(turn)[np.maximum(turn.board.original, 0)]
