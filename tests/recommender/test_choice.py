"""The lists of the fast path against a plain reading of what a feed is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.registry import build_feed
from simapp.engine.core.posts import COMMENT, REPOST
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.recommender.worlds import START, busy, found, write


def original(world: World, serial: int) -> int:
    while world.posts.kind[serial] == REPOST:
        serial = int(world.posts.parent[serial])
    return serial


def may_be_shown(world: World, serial: int) -> bool:
    shown = original(world, serial)
    posts = world.posts
    return not (
        posts.removed[serial] or posts.removed[shown] or COMMENT in (posts.kind[serial], posts.kind[shown])
        or min(posts.step[serial], posts.step[shown]) <= world.step - world.rules.hot_steps
    )  # fmt: skip


def may_be_shown_to(world: World, viewer: int, serial: int) -> bool:
    shown = original(world, serial)
    authors = np.array([world.posts.author[serial], world.posts.author[shown]])
    seen = {original(world, int(s)) for s in world.users.seen[viewer] if s < world.posts.end}
    muted = world.author_muted(np.array([viewer, viewer]), authors).any()
    return viewer not in authors and not muted and shown not in seen


def best(
    world: World, viewer: int, offered: set[int], score: dict[int, float], streams: Streams, k: int
) -> list[int]:
    draw = streams.bits("feed/tie", item=world.posts.key)
    ranked = sorted(offered, key=lambda s: (score[s], int(draw[s])), reverse=True)
    chosen: dict[int, int] = {}
    for serial in ranked:
        if may_be_shown_to(world, viewer, serial):
            chosen.setdefault(original(world, serial), serial)
    return list(chosen.values())[:k]


def followed(world: World, viewer: int, per_author: int) -> set[int]:
    follows = world.follows
    offered: set[int] = set()
    for followee in follows.followees[follows.indptr[viewer] : follows.indptr[viewer + 1]]:
        written = [
            int(s) for s in np.flatnonzero(world.posts.author == followee) if may_be_shown(world, int(s))
        ]
        offered |= set(written[-per_author:])
    return offered


def assert_feed(
    world: World, preset: str, params: dict[str, float], expected, k: int, streams: Streams
) -> None:
    viewers = np.arange(len(world.users) - 1, dtype=np.int32)  # the last one follows nobody
    got = build_feed(preset, params).rank(world, viewers, k, streams, Workers(1, 16))
    for viewer in viewers.tolist():
        wanted = expected(viewer)
        assert got.posts[viewer].tolist() == wanted + [-1] * (k - len(wanted))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 500), k=st.sampled_from([1, 4, 30]), per_author=st.integers(1, 5))
def test_chronological_is_the_newest_of_each_followee_by_time(seed, k, per_author):
    world, streams = busy(users=25, posts=150, seed=seed, hot_steps=9), Streams(seed)
    moment = streams.uniform("feed/moment", item=world.posts.key)
    score = {s: float(world.posts.step[s] - world.step + moment[s]) for s in range(world.posts.end)}

    def expected(viewer: int) -> list[int]:
        return best(world, viewer, followed(world, viewer, per_author), score, streams, k)

    assert_feed(world, "chronological", {"explore": 0, "per_author": per_author}, expected, k, streams)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 500),
    k=st.sampled_from([1, 3, 25]),
    size=st.sampled_from([10, 150, 500]),
    seen=st.sampled_from([0, 72, 100, 130]),
)
def test_reddit_hot_is_the_hottest_of_all_and_of_the_followed_however_long_the_list_is(seed, k, size, seen):
    world, streams = busy(users=20, posts=330, seed=seed, seen_memory=300), Streams(seed)
    posts = world.posts
    score = {}
    for s in range(posts.end):
        shown = original(world, s)
        votes = int(posts.likes[shown]) - int(posts.dislikes[shown])
        seconds = START.timestamp() + int(posts.step[shown]) * 3600
        score[s] = np.sign(votes) * math.log10(max(abs(votes), 1)) + (seconds - 1134028003) / 45000
        score[s] = round(score[s], 7)
    tie = streams.bits("feed/tie", item=posts.key)
    pool = [s for s in range(posts.end) if posts.kind[s] != REPOST and may_be_shown(world, s)]
    pool = sorted(pool, key=lambda s: (score[s], int(tie[s])), reverse=True)[:size]
    # Everybody has seen the head of the list: the answer lies behind the first cut, and often beats
    # what a viewer follows.
    world.users.seen[:, :seen] = np.array((pool * seen)[:seen])
    world.unseen_from = world.posts.end

    def expected(viewer: int) -> list[int]:
        return best(world, viewer, set(pool) | followed(world, viewer, 3), score, streams, k)

    assert_feed(world, "reddit-hot", {"size": size}, expected, k, streams)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 1.0])
def test_the_share_for_strangers_is_kept(share):
    world = busy(users=60, posts=1000)
    feed = build_feed("chronological", {"explore": share, "per_author": 20})
    batch = feed.rank(world, np.arange(59, dtype=np.int32), 10, Streams(7), Workers())
    drawn = ((batch.sources == feed.sources.index("explore")) & (batch.posts >= 0)).sum(axis=1)
    assert (drawn == round(share * 10)).all()


def test_strangers_do_not_fill_the_feed_of_somebody_who_follows_people():
    world = busy(users=60, posts=1000)
    feed = build_feed("chronological", {"explore": 0.1, "per_author": 1})
    batch = feed.rank(world, np.arange(59, dtype=np.int32), 30, Streams(7), Workers())
    drawn = ((batch.sources == feed.sources.index("explore")) & (batch.posts >= 0)).sum(axis=1)
    assert (drawn == 3).all()
    assert ((batch.posts < 0).sum(axis=1) > 0).all()


def test_equal_scores_behind_the_cut_of_a_list_are_not_forgotten():
    world = found(202, [(0, u) for u in (1, 2, 3)], texts=["a"], seen_memory=200)
    for user in range(1, 202):
        write(world, user)
    streams = Streams(7)
    by_draw = np.argsort(streams.bits("feed/tie", item=world.posts.key))[::-1]
    followed = [int(s) for s in by_draw if world.posts.author[s] in (1, 2, 3)]
    others = [int(s) for s in by_draw if int(s) not in followed]
    world.users.seen[0, :150] = others[:150]
    world.unseen_from = world.posts.end
    batch = build_feed("reddit-hot").rank(world, np.array([0], np.int32), 3, streams, Workers())
    left = [int(s) for s in by_draw if int(s) in followed or int(s) in others[150:]]
    assert batch.posts[0].tolist() == left[:3]
    assert left[:3] != followed, "the case must be one where the cut could hide something"
