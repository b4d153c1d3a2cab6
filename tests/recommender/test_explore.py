"""The sample of strangers' posts."""

from __future__ import annotations

import numpy as np

from recommender.registry import build_feed
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.recommender.worlds import found, write


def sampled(world: World, k: int, seed: int = 7) -> np.ndarray:
    viewers = np.arange(len(world.users) - 50, dtype=np.int32)
    return build_feed("chronological", {"explore": 1}).rank(world, viewers, k, Streams(seed), Workers()).posts


def crowd(posts: int, users: int = 1050) -> World:
    """The last 50 users write; nobody follows anybody."""
    world = found(users, texts=["a"])
    for i in range(posts):
        write(world, users - 50 + i % 50, n=i // 50)
    return world


def test_every_post_is_drawn_about_equally_often():
    world = crowd(400)
    counts = np.zeros(400)
    for seed in range(30):
        counts += np.bincount(sampled(world, 4, seed).ravel(), minlength=400)
    mean = counts.mean()
    assert mean == 30 * 1000 * 4 / 400
    # The ring's uneven gaps spread exposure by about 1 / sqrt(48) per step; 30 steps even that out.
    assert counts.std() / mean < 0.08
    assert counts.min() > 0.7 * mean


def test_a_small_world_is_sampled_without_repetition():
    drawn = sampled(crowd(12), 5)
    assert all(len(set(row.tolist())) == 5 for row in drawn)
    assert np.bincount(drawn.ravel(), minlength=12).min() > 300


def test_one_more_post_leaves_nearly_all_samples_alone():
    fewer, more = crowd(400), crowd(400)
    extra = write(more, 1049, n=99)
    before, after = sampled(fewer, 4), sampled(more, 4)
    changed = [set(a.tolist()) != set(b.tolist()) for a, b in zip(before, after, strict=True)]
    assert 0 < np.mean(changed) < 0.05
    for a, b, differs in zip(before, after, changed, strict=True):
        if differs:
            assert len(set(a.tolist()) & set(b.tolist())) >= 3 or extra in b


def test_the_sample_is_drawn_anew_in_every_step():
    world = crowd(400)
    first = sampled(world, 4)
    world.step = 2
    assert np.mean(sampled(world, 4) == first) < 0.1


def test_only_posts_of_the_last_hours_are_drawn():
    world = found(20, texts=["a"], minutes=60, hot_steps=100)
    for step in range(40):
        write(world, 19, step=step)
    world.step = 40
    feed = build_feed("chronological", {"explore": 1, "explore_hours": 6})
    posts = feed.rank(world, np.arange(19, dtype=np.int32), 20, Streams(7), Workers()).posts
    assert set(world.posts.step[posts[posts >= 0]].tolist()) == {34, 35, 36, 37, 38, 39}
