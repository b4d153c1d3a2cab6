"""What both sides like moves up."""

from __future__ import annotations

import numpy as np

from recommender.board import Turn
from recommender.lists import reordered
from recommender.parameters import Parameter
from recommender.parts import Reranker
from recommender.scorers.bridging import bridge
from simapp.engine.core.batches import FeedBatch


class Here(Reranker):
    """(1 - weight) * score, moved to [0, 1] within the list, + weight * bridging intercept of what the row shows."""

    name = "bridging"
    label = "Bridging"
    help = "Moves up what people like who otherwise disagree."
    parameters = (
        Parameter("weight", "Weight of bridging", "0 keeps the order; 1 looks at nothing else.",
                  default=0.5, low=0, high=1),
    )  # fmt: skip

    def begin(self, turn: Turn) -> None:
        bridge(turn)

    def rerank(self, turn: Turn, feed: FeedBatch) -> FeedBatch:
        held = feed.posts >= 0
        scores = feed.scores.astype(np.float64)
        low = np.where(held, scores, np.inf).min(axis=1, initial=np.inf, keepdims=True)
        high = np.where(held, scores, -np.inf).max(axis=1, initial=-np.inf, keepdims=True)
        spread = np.where(high > low, high - low, 1.0)
        relevant = np.where(high > low, (scores - np.where(np.isfinite(low), low, 0.0)) / spread, 1.0)
        rows = np.maximum(turn.world.posts.row(feed.posts.ravel()), 0).reshape(feed.posts.shape)
        value = bridge(turn)[np.maximum(turn.board.original[rows], 0)]
        weight = self.params["weight"]
        return reordered(feed, (1.0 - weight) * relevant + weight * value)
