"""Lists with new scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.batches import FeedBatch


def reordered(feed: FeedBatch, scores: NDArray[np.float64]) -> FeedBatch:
    """Return lists by new scores float64[V, K], best first; equal ones keep their order, empty places the end."""
    ranked = np.where(feed.posts < 0, -np.inf, scores)
    order = np.argsort(-ranked, axis=1, kind="stable")
    sorted_scores = np.take_along_axis(ranked, order, axis=1)
    return FeedBatch(
        feed.viewers,
        np.take_along_axis(feed.posts, order, axis=1),
        np.where(np.isinf(sorted_scores), 0, sorted_scores).astype(np.float32),
        np.take_along_axis(feed.sources, order, axis=1),
    )


def placed(feed: FeedBatch, order: NDArray[np.int64]) -> FeedBatch:
    """Return lists in a given order int64[V, K] of their places; scores are lowered where they would rise.

    Empty places must stay at the end.
    """
    scores = np.minimum.accumulate(np.take_along_axis(feed.scores, order, axis=1), axis=1)
    posts = np.take_along_axis(feed.posts, order, axis=1)
    return FeedBatch(
        feed.viewers,
        posts,
        np.where(posts < 0, np.float32(0), scores).astype(np.float32),
        np.take_along_axis(feed.sources, order, axis=1),
    )
