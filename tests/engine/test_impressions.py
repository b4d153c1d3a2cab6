"""What was shown, flat: one row per place that holds a post."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.threads import Workers
from simapp.engine.impressions import impressions_of
from tests.recommender.worlds import busy

WORLD = busy(users=20, posts=60)


@given(
    lengths=st.lists(st.integers(0, 4), min_size=1, max_size=20),
    full=st.booleans(),
    batch=st.integers(1, 30),
)
def test_impressions_are_the_full_places_of_feeds_in_order(lengths, full, batch):
    lengths = [4] * len(lengths) if full else lengths
    feed = FeedBatch.empty(len(lengths), 4)
    feed.viewers[:] = np.arange(len(lengths))
    expected = []
    for viewer, length in enumerate(lengths):
        for rank in range(length):
            serial = (viewer * 7 + rank * 11) % 60
            feed.posts[viewer, rank], feed.scores[viewer, rank] = serial, 10 - rank + viewer / 100
            feed.sources[viewer, rank] = rank % 2
            score = float(feed.scores[viewer, rank])
            expected.append((viewer, int(WORLD.posts.key[serial]), rank, score, rank % 2))
    found = impressions_of(WORLD, feed, Workers(2, batch))
    columns = (found.viewer, found.post, found.rank, found.score, found.source)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected
    assert [c.dtype for c in columns] == [np.int32, np.int64, np.uint8, np.float32, np.uint8]
