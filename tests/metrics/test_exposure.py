"""What is shown, to whom and by whom."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import names_by_code
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.posts import COMMENT, REPOST, Posts
from simapp.engine.core.threads import Workers
from simapp.engine.record import MetricPoint
from simapp.metrics.registry import live, metric_named
from simapp.metrics.view import View
from tests.contracts.test_actions import request, small_world
from tests.metrics.views import feed_of, measured, share, view_of, votes_of, write

CAMPS = [1.0, 0.6, -0.6, -1.0]
LN5 = math.log(5)


def written(*authors: int) -> Posts:
    posts = Posts()
    write(posts, author=authors)
    return posts


def test_everybody_shown_their_own_side_is_an_exposure_correlation_of_one() -> None:
    posts = written(0, 3)
    same = view_of(CAMPS, posts=posts, feed=[(0, [0]), (1, [0]), (2, [1]), (3, [1])])
    cross = view_of(CAMPS, posts=posts, feed=[(0, [1]), (1, [1]), (2, [0]), (3, [0])])
    r = np.corrcoef(CAMPS, [1, 1, -1, -1])[0, 1]
    assert measured("exposure_correlation", same).value == pytest.approx(r)
    assert measured("exposure_correlation", cross).value == pytest.approx(-r)


def test_exposure_correlation_is_of_the_mean_of_what_each_was_shown() -> None:
    view = view_of(CAMPS, posts=written(0, 1, 2, 3), feed=[(0, [1, 2]), (1, [0, 2, 3]), (3, [0])])
    expected = np.corrcoef([1.0, 0.6, -1.0], [0.0, (1.0 - 0.6 - 1.0) / 3, 1.0])[0, 1]
    assert measured("exposure_correlation", view).value == pytest.approx(expected, abs=1e-6)


def test_cross_cutting_exposure_counts_impressions_between_the_sides() -> None:
    view = view_of([*CAMPS, 0.0], posts=written(0, 2, 4), feed=[(0, [0, 1]), (1, [1, 2]), (2, [1]), (4, [0])])
    # + sees +, + sees -, + sees -, - sees -; what somebody at 0 wrote or saw has no side.
    point = measured("cross_cutting_share", view)
    assert point.value == 0.5
    assert point.null == pytest.approx(0.75 * 0.75 + 0.25 * 0.25)


def test_exposure_diversity_is_the_entropy_of_the_leanings_in_a_feed() -> None:
    view = view_of(CAMPS, posts=written(0, 3, 1), feed=[(0, [0, 1]), (1, [0, 2]), (2, [0, 0, 1])])
    two_thirds = -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3))
    point = measured("exposure_diversity", view)
    # 1.0 and 0.6 are both in the last of the five bins.
    assert point.value == pytest.approx((math.log(2) + 0.0 + two_thirds) / 3 / LN5)
    pooled = [5 / 7, 2 / 7]
    assert point.null == pytest.approx(-sum(p * math.log(p) for p in pooled) / LN5)


def test_a_repost_shows_what_the_author_of_the_original_thinks() -> None:
    posts = written(3)
    share(posts, 0, [0], [0], kind=REPOST)
    share(posts, 0, [1], [1], kind=REPOST)
    view = view_of(CAMPS, posts=posts, feed=[(0, [1, 2]), (1, [2])])
    assert view.shown.means.tolist() == [-1.0, -1.0]
    assert measured("cross_cutting_share", view).value == 1.0


def test_comments_are_no_items_of_a_feed_and_do_not_count_for_its_coverage() -> None:
    posts = written(0, 1)
    posts.append(key=[900, 901], author=[2, 3], kind=[COMMENT] * 2, root=[0, 0], parent=[0, 0])
    point = measured("catalogue_coverage", view_of(CAMPS, posts=posts, feed=[(0, [1]), (2, [1])]))
    assert (point.value, point.null) == (0.5, pytest.approx(1 - 0.5**2))


def test_coverage_is_of_all_posts_that_could_be_shown() -> None:
    point = measured(
        "catalogue_coverage", view_of(CAMPS, posts=written(0, 1, 2, 3), feed=[(0, [1, 2]), (1, [2])])
    )
    assert point.value == 0.5
    assert point.null == pytest.approx(1 - 0.75**3)


def test_of_the_only_post_there_is_chance_shows_all_or_with_nobody_there_nothing() -> None:
    assert measured("catalogue_coverage", view_of(CAMPS, posts=written(0), feed=[(1, [0])])) == MetricPoint(1.0, 1.0)
    assert measured("catalogue_coverage", view_of(CAMPS, posts=written(0))) == MetricPoint(0.0, 0.0)


@pytest.mark.parametrize(
    "name", ["exposure_correlation", "exposure_diversity", "cross_cutting_share", "impressions_gini"]
)
def test_without_impressions_exposure_is_missing(name: str) -> None:
    assert measured(name, view_of(CAMPS, posts=written(0, 1))).value is None
    assert measured(name, view_of(CAMPS, posts=written(99), feed=[(0, [0])])).value is None


def test_warmth_towards_the_own_side_less_that_towards_the_other() -> None:
    events = votes_of(
        (0, "like_post", 1),
        (1, "dislike_post", 0),
        (2, "like_post", 3),
        (0, "dislike_post", 2),
        (3, "like_post", 0),
    )
    # Own side: like, dislike, like. Other side: dislike, like.
    assert measured("affective_polarization", view_of(CAMPS, events=events)).value == pytest.approx(1 / 3 - 0)


def test_no_contact_with_the_other_side_is_not_warmth() -> None:
    events = votes_of((0, "like_post", 1), (2, "like_post", 3))
    assert measured("affective_polarization", view_of(CAMPS, events=events)).value is None


def test_the_votes_of_a_real_step_count_for_the_author_of_what_was_voted_on() -> None:
    # Post 0 is user 1's, post 2 user 3's repost of it, post 1 user 2's.
    world = small_world()
    world.users.opinions[:, 0] = [0.5, 0.5, -0.5, -0.5, 0.0, 0.0]
    votes = ActionBatch.join([request("like_post", 0, post=2), request("dislike_post", 0, post=1, n=1)])
    view = View.of(world, carry_out(world, votes), {name: code for code, name in names_by_code().items()})
    assert measured("affective_polarization", view).value == 2.0


@given(seed=st.integers(0, 2**31), batch=st.integers(1, 9), threads=st.integers(1, 3))
def test_threads_and_batches_never_show_in_a_live_metric(seed: int, batch: int, threads: int) -> None:
    rng = np.random.default_rng(seed)
    n = 12
    posts = written(*rng.integers(0, n, 8))
    lists = [(u, rng.integers(0, 8, rng.integers(0, 6)).tolist()) for u in range(n)]
    edges = {(int(a), int(b)) for a, b in rng.integers(0, n, (40, 2)) if a != b}
    views = []
    for workers in (Workers(), Workers(threads, batch)):
        view = view_of(rng.uniform(-1, 1, n) if not views else views[0].opinions, sorted(edges), posts)
        view.feed, view.workers = feed_of(*lists), workers
        views.append(view)
    for name in live():
        assert metric_named(name).compute(views[0]) == metric_named(name).compute(views[1]), name
