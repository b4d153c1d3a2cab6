"""What every feed promises, over all presets: a new one is held to this before it has its own test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import folders
from recommender.embeddings.hashing import HashedWords
from recommender.pipeline import Pipeline
from recommender.preset import Preset
from recommender.registry import build_feed, catalogue, preset_names
from simapp.engine.core import ids, snapshots
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.posts import COMMENT, REPOST
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.recommender.worlds import CODES, busy, found, write

PRESETS = preset_names()
STREAMS = Streams(7)
EVERYBODY = np.arange(60, dtype=np.int32)


def feed_of(preset: str, **params: float) -> Pipeline:
    return build_feed(preset, params, codes=CODES, encoder=HashedWords())


def likes_of_everybody(world: World) -> EventBatch:
    """Every user likes two posts: interests exist, so personal scores differ."""
    users = np.repeat(np.arange(len(world.users)), 2)
    events = EventBatch.empty(users.shape[0])
    events.actor[:], events.code[:] = users, CODES["like_post"]
    events.n[:] = np.tile([0, 1], len(world.users))
    events.post[:] = world.posts.key[(users * 7 + events.n * 3) % len(world.posts)]
    events.target[:] = events.post
    return events


def ready(preset: str, **more: object) -> tuple[Pipeline, World]:
    world = busy(**more)  # type: ignore[arg-type]
    feed = feed_of(preset)
    feed.prepare(world)
    feed.learn(world, likes_of_everybody(world))
    return feed, world


def assert_equal(a: FeedBatch, b: FeedBatch) -> None:
    np.testing.assert_array_equal(a.viewers, b.viewers)
    np.testing.assert_array_equal(a.posts, b.posts)
    np.testing.assert_array_equal(a.scores.view(np.uint32), b.scores.view(np.uint32))
    np.testing.assert_array_equal(a.sources, b.sources)


@pytest.mark.parametrize("preset", PRESETS)
def test_lists_are_of_size_k_best_first_and_padded_at_the_end(preset):
    feed, world = ready(preset)
    for k in (1, 10, 100):
        batch = feed.rank(world, EVERYBODY, k, STREAMS, Workers())
        assert batch.posts.shape == batch.scores.shape == batch.sources.shape == (60, k)
        assert (batch.posts.dtype, batch.scores.dtype, batch.sources.dtype) == (
            np.int64,
            np.float32,
            np.uint8,
        )
        shown = batch.posts >= 0
        assert shown[:, 0].all()
        assert (shown[:, :-1] >= shown[:, 1:]).all(), "a post stands behind an empty place"
        rising = (np.diff(batch.scores, axis=1) > 0) & shown[:, 1:]
        assert not rising.any()
        assert (batch.scores[~shown] == 0).all()
        assert np.isfinite(batch.scores).all()
        assert (batch.sources < len(feed.sources)).all()


@pytest.mark.parametrize("preset", PRESETS)
def test_nobody_is_shown_own_seen_muted_removed_or_repeated_posts_or_comments(preset):
    feed, world = ready(preset)
    batch = feed.rank(world, EVERYBODY, 40, STREAMS, Workers())
    posts, board = world.posts, feed.turn(world, 1, STREAMS).board
    for viewer, row in zip(batch.viewers.tolist(), batch.posts, strict=True):
        rows = posts.row(row[row >= 0])
        assert (rows >= 0).all()
        shown = board.original[rows]
        assert len(set(shown.tolist())) == len(rows)
        assert (posts.kind[rows] != COMMENT).all()
        assert (posts.kind[shown] != REPOST).all()
        assert not posts.removed[rows].any()
        assert not posts.removed[shown].any()
        authors = set(posts.author[rows]) | set(posts.author[shown])
        assert viewer not in authors
        assert not world.author_muted(np.full(len(authors), viewer), np.array(list(authors))).any()
        seen = world.users.seen[viewer]
        seen = seen[seen < posts.end].astype(np.int64)
        assert not set(seen.tolist()) & set(row.tolist())
        assert not set(board.original[seen].tolist()) & set(shown.tolist())


@pytest.mark.parametrize("preset", PRESETS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 200), batch=st.integers(1, 70), threads=st.integers(1, 3), data=st.data())
def test_chunks_threads_and_company_cannot_show(preset, seed, batch, threads, data):
    feed, world = ready(preset, seed=seed)
    whole = feed.rank(world, EVERYBODY, 10, STREAMS, Workers())
    assert_equal(whole, feed.rank(world, EVERYBODY, 10, STREAMS, Workers(threads, batch)))
    some = np.array(sorted(data.draw(st.sets(st.integers(0, 59), min_size=1))), np.int32)
    assert_equal(whole.take(some), feed.rank(world, some, 10, STREAMS, Workers(threads, batch)))
    one = some[:1]
    assert_equal(whole.take(one), feed_of(preset).rank(world, one, 10, STREAMS, Workers()))


@pytest.mark.parametrize("preset", PRESETS)
def test_another_seed_gives_another_order(preset):
    feed, world = ready(preset)
    a = feed.rank(world, EVERYBODY, 10, STREAMS, Workers())
    b = feed.rank(world, EVERYBODY, 10, Streams(8), Workers())
    assert (a.posts != b.posts).any()


@pytest.mark.parametrize("preset", PRESETS)
def test_ranking_leaves_the_world_as_it_was(preset):
    feed, world = ready(preset)
    before = {name: array.tobytes() for name, array in world.extra.items()}
    before |= {name: array.tobytes() for name, array in world.posts.to_arrays().items()}
    seen = world.users.seen.copy()
    feed.rank(world, EVERYBODY, 10, STREAMS, Workers())
    after = {name: array.tobytes() for name, array in world.extra.items()}
    after |= {name: array.tobytes() for name, array in world.posts.to_arrays().items()}
    assert before == after
    np.testing.assert_array_equal(seen, world.users.seen)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_world_without_posts_gives_empty_feeds(preset):
    world = found(4, [(0, 1)], texts=["a"])
    feed = feed_of(preset)
    feed.prepare(world)
    feed.learn(world, EventBatch.empty())
    batch = feed.rank(world, np.arange(4, dtype=np.int32), 5, STREAMS, Workers())
    assert (batch.posts == -1).all()
    assert len(feed.rank(world, np.zeros(0, np.int32), 5, STREAMS, Workers())) == 0


@pytest.mark.parametrize("preset", PRESETS)
def test_no_viewers_among_many_posts_give_an_empty_batch(preset):
    feed, world = ready(preset)
    assert feed.rank(world, np.zeros(0, np.int32), 5, STREAMS, Workers()).posts.shape == (0, 5)


@pytest.mark.parametrize("preset", PRESETS)
def test_somebody_who_follows_nobody_still_gets_a_full_feed(preset):
    feed, world = ready(preset)
    assert world.follows.following[59] == 0
    batch = feed.rank(world, np.array([59], np.int32), 10, STREAMS, Workers())
    assert (batch.posts >= 0).all()


@pytest.mark.parametrize("preset", PRESETS)
def test_a_restart_from_a_snapshot_ranks_the_same(preset, tmp_path):
    feed, world = ready(preset)
    expected = feed.rank(world, EVERYBODY, 10, STREAMS, Workers())
    name, digest, _ = snapshots.save(world, tmp_path)
    restored = snapshots.load(tmp_path / name, digest)
    again = feed_of(preset)
    again.prepare(restored)
    assert_equal(expected, again.rank(restored, EVERYBODY, 10, STREAMS, Workers()))


@pytest.mark.parametrize("preset", PRESETS)
def test_one_pipeline_serves_two_worlds_without_mixing_them(preset):
    feed, world = ready(preset)
    other = busy(seed=11)
    alone = feed_of(preset).rank(other, EVERYBODY, 10, STREAMS, Workers())
    mine = feed.rank(world, EVERYBODY, 10, STREAMS, Workers())
    assert_equal(alone, feed.rank(other, EVERYBODY, 10, STREAMS, Workers()))
    assert_equal(mine, feed.rank(world, EVERYBODY, 10, STREAMS, Workers()))


@pytest.mark.parametrize("preset", PRESETS)
def test_posts_that_left_the_window_change_nothing_for_those_that_stay(preset):
    feed, world = ready(preset, hot_steps=6)
    before = feed.rank(world, EVERYBODY, 10, STREAMS, Workers())
    assert world.forget_cold() > 0
    feed.prepare(world)
    assert_equal(before, feed.rank(world, EVERYBODY, 10, STREAMS, Workers()))


@pytest.mark.parametrize("preset", PRESETS)
def test_ties_do_not_favour_low_user_numbers(preset):
    """A hundred equal posts of one step: whoever is shown is drawn, not the first rows."""
    world = found(101, [(100, u) for u in range(100)], texts=["the same words"])
    for u in range(100):
        write(world, u, step=0)
    firsts = []
    for seed in range(40):
        batch = feed_of(preset).rank(world, np.array([100], np.int32), 1, Streams(seed), Workers())
        firsts.append(int(world.posts.author[batch.posts[0, 0]]))
    assert len(set(firsts)) > 20
    assert 30 < np.mean(firsts) < 70


@pytest.mark.parametrize("preset", PRESETS)
def test_the_scenarios_own_posts_can_be_shown(preset):
    world = found(3, [(0, 1)], texts=["hello"])
    serial = write(world, ids.SYSTEM)
    batch = feed_of(preset, explore=1.0).rank(world, np.arange(3, dtype=np.int32), 2, STREAMS, Workers())
    assert (batch.posts[:, 0] == serial).all()


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("k", [0, -1, 256])
def test_a_feed_size_that_cannot_be_is_refused(preset, k):
    with pytest.raises(WrongInput, match=r"feed\.k is .* from 1 to 255"):
        feed_of(preset).rank(found(), np.arange(2, dtype=np.int32), k, STREAMS, Workers())


def test_the_catalogue_tells_everything_about_every_preset():
    for row in catalogue():
        assert row["name"] in PRESETS
        assert all(row[name] for name in ("label", "help", "source", "parameters"))
        for p in row["parameters"]:
            assert p.low <= p.default <= p.high
            assert p.label
            assert p.help


def test_every_part_carries_its_file_name_and_says_what_it_is():
    for kind in ("sources", "filters", "scorers", "rerankers"):
        for name in folders.names(kind):
            part = folders.load(kind, name)
            assert part.name == name
            assert part.label
            assert part.help
            assert part.__doc__


def test_every_preset_is_a_preset():
    assert all(issubclass(folders.load("presets", name), Preset) for name in PRESETS)
    assert {"chronological", "reddit-hot", "interest"} <= set(PRESETS)
