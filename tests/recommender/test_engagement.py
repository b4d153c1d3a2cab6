"""Predicted engagement: what is counted, and how predictions follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import engagement
from recommender.board import Board
from recommender.engagement import ACTED, ACTIONS, BASE, DRAWN, PRIOR, SHOWN
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import REPOST
from simapp.engine.core.world import World
from tests.recommender.test_interests import act
from tests.recommender.worlds import CODES, feed_of, found, write

NOTHING = FeedBatch.empty()
LIKES = 1 + ACTIONS.index("like_post")


def small() -> World:
    world = found(4, texts=["words"])
    write(world, 3)
    write(world, 3, n=1)
    return world


def odds_of(world: World, action: str = "like_post") -> np.ndarray:
    return engagement.post_odds(world, Board.lay(world), action)


def test_impressions_and_actions_are_counted_for_reader_and_author():
    world = small()
    engagement.learn(world, act(world, (0, "like_post", 0), (1, "repost", 0)), feed_of([[0, 1], [0, -1]]), CODES)
    assert world.extra[ACTED][:, 0].tolist() == [2, 1, 0, 0]
    assert world.extra[SHOWN].tolist() == [2, 1]
    assert world.extra[DRAWN][3, 0] == 3
    assert world.extra[DRAWN][3, LIKES] == 1
    assert world.extra[ACTED][0, LIKES] == 1
    assert world.extra[DRAWN][3].sum() == 3 + 2


def test_what_a_repost_draws_counts_for_whoever_wrote_it():
    world = small()
    again = write(world, 2, kind=REPOST, of=0)
    engagement.learn(world, act(world, (0, "create_comment", again)), feed_of([[again]]), CODES)
    assert world.extra[SHOWN].tolist() == [1, 0, 0]
    assert world.extra[DRAWN][2].sum() == 0
    assert world.extra[DRAWN][3, 1 + ACTIONS.index("create_comment")] == 1


def test_a_refused_action_counts_for_nothing():
    world = small()
    engagement.learn(world, act(world, (0, "like_post", 0), outcome=Outcome.DUPLICATE), NOTHING, CODES)
    assert not world.extra[ACTED].any()
    assert not world.extra[DRAWN].any()


def test_counts_move_with_the_window_of_posts():
    world = small()
    engagement.learn(world, act(world), feed_of([[0, 1], [1, -1]]), CODES)
    world.posts.evict_before(1)
    write(world, 2)
    engagement.ensure(world)
    assert world.extra[SHOWN].tolist() == [2, 0]


def test_without_any_knowledge_the_prediction_is_the_base_rate():
    world = small()
    engagement.ensure(world)
    for action, base in BASE.items():
        np.testing.assert_allclose(odds_of(world, action), base / (1 - base), rtol=1e-12)
    np.testing.assert_allclose(engagement.viewer_ratio(world, np.arange(4, dtype=np.int32), "like_post"), 1.0)


def test_a_post_is_drawn_towards_its_authors_rate_and_that_towards_the_base():
    world = small()
    engagement.ensure(world)
    world.extra[DRAWN][3, [0, LIKES]] = 50, 11
    world.extra[SHOWN][:] = 50, 0
    world.posts.likes[0] = 26
    author = (11 + PRIOR * 0.02) / (50 + PRIOR)  # 0.12
    first = (26 + PRIOR * author) / (50 + PRIOR)  # 0.32
    np.testing.assert_allclose(odds_of(world), [first / (1 - first), author / (1 - author)], rtol=1e-12)


def test_a_viewer_who_likes_more_than_others_is_expected_to_go_on():
    world = small()
    engagement.ensure(world)
    world.extra[ACTED][0, [0, LIKES]] = 50, 19  # (19 + 1) / 100
    ratio = engagement.viewer_ratio(world, np.array([0, 1], np.int32), "like_post")
    np.testing.assert_allclose(ratio, [0.2 / 0.8 * 0.98 / 0.02, 1.0], rtol=1e-12)


def test_interest_multiplies_the_odds():
    np.testing.assert_allclose(engagement.interest_ratio(np.array([0.0, 0.5, 0.75, 1.0])), [1 / 19, 1, 3, 19])


@settings(max_examples=30, deadline=None)
@given(
    viewer=st.floats(1e-3, 1e3), post=st.floats(1e-6, 1e3), interest=st.floats(1 / 19, 19), more=st.floats(1.0001, 10)
)
def test_probabilities_lie_between_0_and_1_and_rise_with_each_factor(viewer, post, interest, more):
    def predicted(v: float, p: float, s: float) -> float:
        out = np.empty(1)
        engagement.fill(np.array([0, 1]), np.zeros(1, np.int32), np.array([v]), np.array([p]), np.array([s]), out)
        return float(out[0])

    plain = predicted(viewer, post, interest)
    assert 0 < plain < 1
    for raised in ((viewer * more, post, interest), (viewer, post * more, interest), (viewer, post, interest * more)):
        assert predicted(*raised) > plain


def test_repeating_a_step_counts_the_same():
    worlds = [small(), small()]
    events = act(worlds[0], (0, "like_post", 0), (0, "like_post", 1), (1, "follow", 0))
    events.user[2] = 3
    shown = feed_of([[0, 1], [1, 0]])
    engagement.learn(worlds[0], events, shown, CODES)
    engagement.learn(worlds[1], events.take(np.array([2, 0, 1])), shown, CODES)
    for name in (ACTED, DRAWN, SHOWN):
        np.testing.assert_array_equal(worlds[0].extra[name], worlds[1].extra[name])
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(worlds[0].extra[DRAWN], 0)
