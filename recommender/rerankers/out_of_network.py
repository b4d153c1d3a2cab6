"""Posts by people whom the viewer does not follow count for less."""

from __future__ import annotations

import numpy as np

from recommender.board import Turn
from recommender.lists import reordered
from recommender.parameters import Parameter
from recommender.parts import Reranker
from simapp.engine.core.batches import FeedBatch


class Here(Reranker):
    """Multiply positive scores of what is not written by a followee by `factor`, and so of what followees only
    reposted.

    X's published code of August 2026 (home-mixer/params/param.rs: 0.75, reposts of followed accounts included).
    Scores of 0 and below are left alone.
    """

    name = "out-of-network"
    label = "Out of network"
    help = "What the viewer does not follow counts for less."
    parameters = (
        Parameter("factor", "Factor out of network", "What scores are multiplied by.", default=0.75, low=0, high=1),
    )

    def rerank(self, turn: Turn, feed: FeedBatch) -> FeedBatch:
        follows = turn.world.follows
        rows = np.maximum(turn.world.posts.row(feed.posts.ravel()), 0)
        writer = turn.board.writer[rows] if rows.shape[0] else np.zeros(0, np.int32)
        viewer = np.repeat(feed.viewers, feed.posts.shape[1])
        asked = np.flatnonzero(writer < follows.users)
        inside = np.zeros(rows.shape[0], np.bool_)
        inside[asked] = follows.has(viewer[asked], writer[asked])
        scores = feed.scores.astype(np.float64)
        outside = ~inside.reshape(feed.posts.shape) & (scores > 0)
        return reordered(feed, np.where(outside, scores * self.params["factor"], scores))
