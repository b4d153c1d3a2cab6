"""What may be shown to whom, on worlds small enough to read."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.registry import build_feed
from simapp.engine.core import ids
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.posts import COMMENT, QUOTE, REPOST
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.recommender.worlds import found, write

ANN, BEN, CAT, DAN = 0, 1, 2, 3
ALL_FOLLOW = [(a, b) for a in range(4) for b in range(4) if a != b]


@pytest.fixture
def world() -> World:
    return found(4, ALL_FOLLOW, texts=["a", "b"])


def shown(world: World, viewer: int, k: int = 10, preset: str = "chronological") -> list[int]:
    feed = build_feed(preset, {"explore": 0})
    batch = feed.rank(world, np.array([viewer], np.int32), k, Streams(7), Workers())
    return [p for p in batch.posts[0].tolist() if p >= 0]


def remember(world: World, viewer: int, *serials: int) -> None:
    world.remember_seen(
        FeedBatch(np.array([viewer], np.int32), np.array([serials]), np.zeros((1, len(serials)), np.float32),
                  np.zeros((1, len(serials)), np.uint8))
    )  # fmt: skip


def test_a_post_seen_once_does_not_come_back(world):
    first, second = write(world, BEN), write(world, CAT)
    remember(world, ANN, first)
    assert shown(world, ANN) == [second]
    assert set(shown(world, DAN)) == {first, second}


def test_a_repost_of_a_seen_post_is_not_shown(world):
    post = write(world, BEN)
    write(world, CAT, kind=REPOST, of=post)
    remember(world, ANN, post)
    assert shown(world, ANN) == []


def test_a_post_seen_as_a_repost_is_not_shown_again(world):
    post = write(world, BEN)
    repost = write(world, CAT, kind=REPOST, of=post)
    write(world, DAN, kind=REPOST, of=repost)
    remember(world, ANN, repost)
    assert shown(world, ANN) == []


def test_without_memory_everything_may_come_back():
    world = found(4, ALL_FOLLOW, texts=["a"], seen_memory=0)
    post = write(world, BEN)
    remember(world, ANN, post)
    assert shown(world, ANN) == [post]


def test_a_post_and_its_reposts_take_one_place_and_the_newest_wins(world):
    world.step = 9
    post = write(world, BEN, step=1)
    write(world, CAT, step=2, kind=REPOST, of=post)
    last = write(world, DAN, step=3, kind=REPOST, of=post)
    assert shown(world, ANN) == [last]


def test_a_quote_has_something_of_its_own_to_say(world):
    post = write(world, BEN)
    quote = write(world, CAT, kind=QUOTE, of=post)
    assert set(shown(world, ANN)) == {post, quote}
    remember(world, ANN, post)
    assert shown(world, ANN) == [quote]


def test_a_repost_of_a_quote_shows_the_quote(world):
    post = write(world, BEN)
    quote = write(world, CAT, kind=QUOTE, of=post)
    repost = write(world, DAN, kind=REPOST, of=quote)
    remember(world, ANN, quote)
    assert shown(world, ANN) == [post]
    assert repost not in shown(world, CAT)


def test_reposts_of_what_the_viewer_wrote_are_not_shown(world):
    post = write(world, ANN)
    write(world, BEN, kind=REPOST, of=post)
    assert shown(world, ANN) == []


def test_a_muted_author_is_silent_also_through_others(world):
    post = write(world, BEN)
    write(world, CAT, kind=REPOST, of=post)
    other = write(world, DAN)
    world.mutes.set(ids.pair(np.array([ANN]), np.array([BEN])), 1)
    world.mute_count = 1
    assert shown(world, ANN) == [other]
    assert post in shown(world, DAN)


def test_what_a_muted_author_reposts_is_not_shown(world):
    post = write(world, BEN, step=0)
    repost = write(world, CAT, kind=REPOST, of=post)
    world.mutes.set(ids.pair(np.array([ANN]), np.array([CAT])), 1)
    world.mute_count = 1
    assert shown(world, ANN) == [post]
    assert repost not in shown(world, ANN)


def test_comments_are_no_items_of_a_feed(world):
    post = write(world, BEN)
    write(world, CAT, kind=COMMENT, of=post)
    assert shown(world, ANN) == [post]


def test_a_removed_post_is_gone_with_its_reposts(world):
    post = write(world, BEN)
    write(world, CAT, kind=REPOST, of=post)
    world.posts.removed[0] = 1
    assert shown(world, ANN) == []


def test_a_repost_whose_original_left_the_window_is_not_shown():
    world = found(4, ALL_FOLLOW, texts=["a"], hot_steps=5)
    post = write(world, BEN, step=0)
    write(world, CAT, step=4, kind=REPOST, of=post)
    world.step = 4
    assert len(shown(world, ANN)) == 1
    world.step = 5
    assert shown(world, ANN) == [], "still held, but too old"
    world.forget_cold()
    assert len(world.posts) == 1
    assert shown(world, ANN) == []


def test_only_the_newest_posts_of_each_followee_are_considered(world):
    written = [write(world, BEN, step=0, n=n) for n in range(5)]
    assert sorted(shown(world, ANN)) == written[-3:]


def test_a_change_of_the_follow_graph_shows_at_once(world):
    write(world, BEN)
    kept = write(world, CAT)
    nobody = np.zeros(0, np.int32)
    world.follows.change((nobody, nobody), (np.array([ANN], np.int32), np.array([BEN], np.int32)))
    assert shown(world, ANN) == [kept]


def test_the_order_of_one_steps_posts_is_the_same_in_later_steps(world):
    for n in range(3):
        for user in (BEN, CAT, DAN):
            write(world, user, step=0, n=n)
    first = shown(world, ANN)
    world.step = 7
    assert shown(world, ANN) == first
    assert first != sorted(first)
