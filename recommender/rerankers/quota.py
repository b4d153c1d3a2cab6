"""A share of places for posts by small accounts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from recommender.board import Turn
from recommender.lists import placed
from recommender.parameters import Parameter
from recommender.parts import Reranker
from simapp.engine.core.batches import FeedBatch


@njit(cache=True, nogil=True)
def _order(posts: Any, small: Any, share: Any, order: Any) -> None:
    for v in range(posts.shape[0]):
        held = 0
        while held < posts.shape[1] and posts[v, held] >= 0:
            held += 1
        any_at, small_at, taken = 0, 0, np.int64(0)
        used = np.zeros(held, np.bool_)
        for place in range(held):
            while any_at < held and used[any_at]:
                any_at += 1
            while small_at < held and (used[small_at] or not small[v, small_at]):
                small_at += 1
            owed = np.floor(share * (place + 1) + 1e-9)
            found = small_at if taken < owed and small_at < held else any_at
            used[found] = True
            taken += np.int64(small[v, found])
            order[v, place] = found
        for place in range(held, posts.shape[1]):
            order[v, place] = place


class Here(Reranker):
    """Every beginning of a feed, n places long, holds at least floor(share * n) posts by small accounts, while
    there are any.

    The rule of FA*IR (Zehlike et al. 2017, CIKM) without its statistical slack. A post that gives way keeps its
    order among its like; a score that would rise down the list is lowered to the one before it.
    """

    name = "quota"
    label = "Quota for small accounts"
    help = "Keeps a share of every feed's places, from the top, for posts by accounts with few followers."
    parameters = (
        Parameter("share", "Share of places", "Share of places that posts by small accounts get.",
                  default=0.3, low=0, high=1),
        Parameter(
            "small", "Followers of a small account", "An account with fewer followers is small.",
            default=100, low=1, high=1e9, whole=True,
        ),
    )  # fmt: skip

    def rerank(self, turn: Turn, feed: FeedBatch) -> FeedBatch:
        follows = turn.world.follows
        rows = np.maximum(turn.world.posts.row(feed.posts.ravel()), 0)
        writer = turn.board.writer[rows]
        known = writer < follows.users
        few = np.zeros(rows.shape[0], np.bool_)
        few[known] = follows.followers[writer[known]] < self.params["small"]
        order = np.empty(feed.posts.shape, np.int64)
        _order(feed.posts, few.reshape(feed.posts.shape), self.params["share"], order)
        return placed(feed, order)
