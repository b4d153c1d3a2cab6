"""Long shared lists are cut to each viewer's best by matrix products; nobody can tell from a feed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.products import WIDEST, Products
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.test_presets import EVERYBODY, assert_equal, feed_of, likes_of_everybody
from tests.recommender.worlds import busy

STREAMS = Streams(7)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 100),
    k=st.integers(1, 30),
    explore=st.sampled_from([0.0, 0.3, 1.0]),
    batch=st.integers(1, 70),
    learnt=st.booleans(),
)
def test_a_shortened_list_gives_the_feed_of_the_whole_list(seed, k, explore, batch, learnt):
    feed, world = feed_of("interest", explore=explore), busy(seed=seed, posts=700, seen_memory=80)
    feed.prepare(world)
    if learnt:
        feed.learn(world, likes_of_everybody(world))
    for _ in range(3):  # each feed is remembered as seen: the best of the list are gone, and more than a few
        feed.compared = 1 << 60
        whole = feed.rank(world, EVERYBODY, k, STREAMS, Workers())
        feed.compared = 0
        assert_equal(whole, feed.rank(world, EVERYBODY, k, STREAMS, Workers(2, batch)))
        world.remember_seen(whole)


@pytest.mark.parametrize("rows", [1, 3, 16, 17, 300])
def test_products_are_whole_and_exact_whatever_the_shape(rows):
    draws = Streams(1)
    left = draws.integers("left", 255, user=np.arange(rows)[:, None], item=np.arange(384)) - 127
    right = draws.integers("right", 255, user=np.arange(77)[:, None], item=np.arange(384)) - 127
    products = Products(right.astype(np.int8), "cpu")
    made = products.of(left.astype(np.int8), products.room(rows + 5))
    np.testing.assert_array_equal(made.astype(np.int64), left @ right.T)


def test_vectors_too_wide_to_be_summed_exactly_are_refused():
    with pytest.raises(ValueError, match="not summed exactly"):
        Products(np.zeros((2, WIDEST + 1), np.int8), "cpu")


def test_the_interest_source_offers_each_viewer_the_closest_texts():
    from recommender.embeddings.hashing import HashedWords
    from recommender.registry import build_feed
    from tests.recommender.worlds import CODES, found, write

    world = found(3, texts=["cats purr softly", "cats purr on roofs", "trams need tracks", "rents rise again"])
    for author, text in ((2, 0), (1, 1), (1, 2), (1, 3)):
        write(world, author, n=text, text=text)
    document = {
        "sources": [{"part": "interest", "params": {"near": 1}}], "scorers": [{"part": "newness"}],
    }  # fmt: skip
    feed = build_feed("custom", pipeline=document, codes=CODES, encoder=HashedWords())
    feed.prepare(world)
    events = likes_of_everybody(world).take(np.array([0]))
    events.post[:] = events.target[:] = world.posts.key[0]
    feed.learn(world, events)
    batch = feed.rank(world, np.array([0], np.int32), 4, STREAMS, Workers())
    assert batch.posts[0].tolist() == [0, -1, -1, -1]
    world.remember_seen(batch)
    assert feed.rank(world, np.array([0], np.int32), 4, STREAMS, Workers()).posts[0, 0] == 1
