"""What was shown, flat, in canonical order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from simapp.engine.record import Impressions

if TYPE_CHECKING:
    from simapp.engine.core.batches import FeedBatch
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _count(posts: Any, out: Any) -> None:
    for v in range(posts.shape[0]):
        held = 0
        while held < posts.shape[1] and posts[v, held] >= 0:
            held += 1
        out[v] = held


@njit(cache=True, nogil=True)
def _fill(
    lo: Any, hi: Any, starts: Any, viewers: Any, posts: Any, scores: Any, sources: Any, base: Any, key: Any,
    viewer: Any, post: Any, rank: Any, score: Any, source: Any,
) -> None:  # fmt: skip
    for v in range(lo, hi):
        at = starts[v]
        for j in range(starts[v + 1] - at):
            row = posts[v, j] - base
            viewer[at + j] = viewers[v]
            post[at + j] = key[row] if 0 <= row < key.shape[0] else -1
            rank[at + j] = j
            score[at + j] = scores[v, j]
            source[at + j] = sources[v, j]


def impressions_of(world: World, feed: FeedBatch, workers: Workers) -> Impressions:
    """Return one row per shown post, by viewer, then rank; empty places of a feed (-1, at its end) make none."""
    starts = np.zeros(len(feed) + 1, np.int64)
    _count(feed.posts, starts[1:])
    np.cumsum(starts, out=starts)
    rows, posts = int(starts[-1]), world.posts
    if rows and rows == feed.posts.size:
        # Every place is full, as in a busy world: what the feeds hold is flat already.
        k = feed.posts.shape[1]
        return Impressions(
            viewer=np.repeat(feed.viewers, k),
            post=posts.keys_of(feed.posts.reshape(-1)),
            rank=np.tile(np.arange(k, dtype=np.uint8), len(feed)),
            score=feed.scores.reshape(-1),
            source=feed.sources.reshape(-1),
        )
    out = Impressions(
        viewer=np.empty(rows, np.int32),
        post=np.empty(rows, np.int64),
        rank=np.empty(rows, np.uint8),
        score=np.empty(rows, np.float32),
        source=np.empty(rows, np.uint8),
    )
    workers.run(
        len(feed),
        lambda lo, hi: _fill(
            lo, hi, starts, feed.viewers, feed.posts, feed.scores, feed.sources, posts.base, posts.key,
            out.viewer, out.post, out.rank, out.score, out.source,
        ),
    )  # fmt: skip
    return out
