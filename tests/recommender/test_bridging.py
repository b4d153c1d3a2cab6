"""Bridging: approval that no side explains, against the published behaviour."""

from __future__ import annotations

import numpy as np
import pytest

from recommender import bridging
from recommender.registry import build_feed
from recommender.scorers.bridging import votes
from simapp.engine.core import ids
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import DISLIKED, LIKED
from tests.recommender.worlds import found, write

RATERS, NOTES, EACH = 400, 150, 40
SHARED = 2


def camps(share: float, seed: int = 0) -> bridging.Bridge:
    """Two camps, notes for either (90 % yes at home, 10 % abroad) and for both (85 %); 40 ratings a note."""
    draws = np.random.default_rng(seed)
    camp = np.arange(RATERS) >= RATERS * share
    note = np.repeat(np.arange(NOTES), EACH)
    rater = np.concatenate([draws.choice(RATERS, EACH, replace=False) for _ in range(NOTES)])
    kind = note % 3
    yes = np.where(kind == SHARED, 0.85, np.where(camp[rater] == kind, 0.9, 0.1))
    return bridging.fit(rater, note, draws.random(note.shape[0]) < yes, 0.1 * draws.normal(size=RATERS), NOTES)


def of_kind(bridge: bridging.Bridge) -> list[float]:
    return [float(bridge.item[np.arange(NOTES) % 3 == kind].mean()) for kind in range(3)]


def test_with_equal_camps_shared_notes_stand_out_on_the_published_scale():
    bridge = camps(0.5)
    one, other, shared = of_kind(bridge)
    assert shared == pytest.approx(0.39, abs=0.02)
    assert one == pytest.approx(0.10, abs=0.02)
    assert other == pytest.approx(0.10, abs=0.02)
    is_shared = np.arange(NOTES) % 3 == SHARED
    assert bridge.item[is_shared].min() > bridge.item[~is_shared].max()


def test_a_majoritys_lead_shrinks_and_does_not_vanish():
    majority, minority, shared = of_kind(camps(0.8))
    assert shared == pytest.approx(0.36, abs=0.03)
    assert majority == pytest.approx(0.16, abs=0.02)
    assert minority == pytest.approx(0.03, abs=0.02)


def test_sides_are_told_apart_by_their_factors():
    bridge = camps(0.5)
    first = np.sign(bridge.user_factor[: RATERS // 2])
    second = np.sign(bridge.user_factor[RATERS // 2 :])
    assert abs(first.mean()) > 0.95
    assert abs(second.mean()) > 0.95
    assert first.mean() * second.mean() < 0


def test_intercepts_do_not_hang_on_which_side_is_called_positive():
    rater, note, rating = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1]), np.array([1, 0, 1, 0, 0, 1.0])
    start = np.array([0.1, 0.05, -0.1])
    one, other = (bridging.fit(rater, note, rating, s, 2) for s in (start, -start))
    np.testing.assert_allclose(one.item, other.item, atol=1e-9)
    np.testing.assert_allclose(one.item_factor, -other.item_factor, atol=1e-9)


def test_the_order_of_ratings_cannot_show():
    draws = np.random.default_rng(3)
    rater, note = np.divmod(draws.permutation(200), 20)
    rating, start = draws.integers(0, 2, 200).astype(float), draws.normal(size=10)
    shuffled = np.lexsort((note, rater))
    one = bridging.fit(rater[shuffled], note[shuffled], rating[shuffled], start, 20)
    two = bridging.fit(rater, note, rating, start, 20)
    np.testing.assert_allclose(one.item, two.item, atol=1e-6)


def test_a_fit_is_where_the_gradient_of_the_published_loss_is_zero():
    """Of the loss with squares averaged over ratings, users and items; checked by differences."""
    draws = np.random.default_rng(5)
    rater, note = np.divmod(np.arange(120), 12)
    keep = draws.random(120) < 0.7
    rater, note = rater[keep], note[keep]
    rating = draws.integers(0, 3, rater.shape[0]) / 2
    b = bridging.fit(rater, note, rating, draws.normal(size=10), 12)

    def loss(item, user, mu):
        left = rating - mu - user[rater] - item[note] - b.user_factor[rater] * b.item_factor[note]
        ridge = 0.15 * ((user**2).mean() + (item**2).mean() + mu**2)
        return (left**2).mean() + ridge + 0.03 * ((b.user_factor**2).mean() + (b.item_factor**2).mean())

    here = loss(b.item, b.user, b.mu)
    for step in (1e-3, -1e-3):
        for n in range(12):
            assert loss(b.item + step * (np.arange(12) == n), b.user, b.mu) > here
        assert loss(b.item, b.user, b.mu + step) > here


def test_statuses_follow_the_published_thresholds():
    def status(intercept: float, factor: float, ratings: int) -> int:
        one = np.zeros(1)
        bridge = bridging.Bridge(0, one, np.array([intercept]), one, np.array([factor]), np.array([ratings]), 0)
        return int(bridge.status()[0])

    assert status(0.40, 0.49, 5) == bridging.IS_HELPFUL
    assert status(0.40, 0.50, 5) == bridging.UNDECIDED
    assert status(0.39, 0.0, 5) == bridging.UNDECIDED
    assert status(0.40, 0.0, 4) == bridging.UNDECIDED
    assert status(-0.06, 0.0, 5) == bridging.NOT_HELPFUL
    assert status(-0.06, 0.02, 5) == bridging.UNDECIDED


def test_without_ratings_nothing_is_bridged():
    bridge = bridging.fit(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(3), 4)
    assert bridge.item.tolist() == [0, 0, 0, 0]


def test_the_feed_puts_what_both_sides_like_before_what_one_side_likes_more_often():
    world = found(22, texts=["words"])
    both, one_sided = write(world, 20), write(world, 21)
    more = [write(world, 20, n=n + 1) for n in range(6)]  # what tells the sides apart
    for user in range(20):
        left = user < 14
        liked = {both: user % 7 != 0, one_sided: left} | {p: left == (i % 2 == 0) for i, p in enumerate(more)}
        for post, likes in liked.items():
            world.reactions.set(ids.pair(np.array([user]), np.array([post])), LIKED if likes else DISLIKED)
    feed = build_feed("bridging").rank(world, np.array([20, 21], np.int32), 5, Streams(1), Workers())
    assert feed.posts[1, 0] == both
    assert one_sided in feed.posts[0]


def test_a_like_and_a_dislike_of_one_user_are_half_a_vote():
    world = found(3, texts=["words"])
    post = write(world, 2)
    for user, flag in ((0, LIKED), (0, DISLIKED), (1, DISLIKED)):
        world.reactions.set(ids.pair(np.array([user]), np.array([post])), flag)
    user, row, rating = votes(world)
    assert (user.tolist(), row.tolist(), rating.tolist()) == ([0, 1], [0, 0], [0.5, 0.0])
