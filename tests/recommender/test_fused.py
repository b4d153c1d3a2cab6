"""The one pass chooses what the general path chooses: every place, score and source."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.registry import build_feed
from simapp.engine.core import ids
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.worlds import busy


@settings(max_examples=25, deadline=None)
@given(
    preset=st.sampled_from(["chronological", "reddit-hot"]),
    seed=st.integers(0, 10_000),
    k=st.sampled_from([1, 2, 7, 30]),
    explore=st.sampled_from([0.0, 0.2, 1.0]),
    per_author=st.integers(1, 6),
    memory=st.sampled_from([0, 5, 40]),
    mutes=st.integers(0, 300),
)
def test_the_one_pass_chooses_what_the_general_path_chooses(
    preset, seed, k, explore, per_author, memory, mutes
):
    streams = Streams(seed)
    world = busy(users=40, posts=500, seed=seed, seen_memory=memory, hot_steps=10)
    muter, mutee = (streams.integers(name, 40, item=np.arange(mutes)) for name in ("muter", "mutee"))
    world.mutes.set(ids.pair(muter, mutee), 1)
    world.mute_count += mutes
    viewers = np.arange(40, dtype=np.int32)
    params = {"explore": explore, "per_author": per_author}
    fast, plain = build_feed(preset, params), build_feed(preset, params)
    assert fast._fused
    plain._fused = False
    for _ in range(3):  # each feed is remembered as seen, so that the next is another
        one, other = (feed.rank(world, viewers, k, streams, Workers(2, 7)) for feed in (fast, plain))
        np.testing.assert_array_equal(one.posts, other.posts)
        np.testing.assert_array_equal(one.scores, other.scores)
        np.testing.assert_array_equal(one.sources, other.sources)
        world.remember_seen(one)


@pytest.mark.parametrize("preset", ["chronological", "reddit-hot"])
def test_nobody_is_shown_a_post_twice_be_it_through_a_repost(preset):
    world = busy(users=40, posts=500, seen_memory=300)
    feed, viewers = build_feed(preset), np.arange(40, dtype=np.int32)
    shown: list[set[int]] = [set() for _ in viewers]
    original = _originals(world)
    for viewer, ring in enumerate(world.users.seen):
        shown[viewer] = {int(s) for s in ring if s < world.posts.end}
    for step in range(4):
        batch = feed.rank(world, viewers, 10, Streams(step), Workers())
        for viewer, posts in enumerate(batch.posts):
            fresh = {original[int(s)] for s in posts if s >= 0}
            assert not fresh & shown[viewer]
            shown[viewer] |= fresh
        world.remember_seen(batch)


def _originals(world) -> list[int]:
    found: list[int] = []
    for serial in range(world.posts.end):
        repost = world.posts.kind[serial] == 1
        found.append(found[int(world.posts.parent[serial])] if repost else serial)
    return found
