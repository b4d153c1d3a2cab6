"""How unequally things are spread over users."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.core.posts import REPOST, Posts
from simapp.metrics.inequality import inequality
from tests.metrics.views import measured, share, view_of, write


def test_figures_of_counts_one_can_work_out_by_hand() -> None:
    found = inequality(np.array([0, 0, 0, 8]))
    assert found.gini == pytest.approx(0.75)
    assert found.theil == pytest.approx(math.log(4))
    assert (found.top1, found.top10) == (1.0, 1.0)
    alike = inequality(np.full(200, 3))
    assert (alike.gini, alike.theil) == (0.0, 0.0)
    assert alike.top1 == pytest.approx(0.01)
    assert alike.top10 == pytest.approx(0.1)
    assert inequality(np.array([5])).gini == 0.0


@pytest.mark.parametrize("counts", [[], [0, 0, 0]])
def test_nothing_to_share_is_not_equality(counts: list[int]) -> None:
    assert inequality(np.array(counts, np.int64)) is None


@given(counts=st.lists(st.one_of(st.integers(0, 9), st.integers(0, 10**6)), min_size=1, max_size=60))
def test_the_table_of_counts_gives_what_the_definitions_give(counts: list[int]) -> None:
    x = np.sort(np.array(counts, np.float64))
    found = inequality(np.array(counts))
    if not x.sum():
        assert found is None
        return
    n = x.shape[0]
    pairs = np.abs(x[:, None] - x[None, :]).sum() / (2 * n * n * x.mean())
    assert found.gini == pytest.approx(pairs, abs=1e-12)
    r = x[x > 0] / x.mean()
    assert found.theil == pytest.approx((r * np.log(r)).sum() / n, abs=1e-9)
    assert found.top10 == pytest.approx(x[::-1][: math.ceil(n / 10)].sum() / x.sum())


def test_users_who_have_nothing_count() -> None:
    view = view_of([0.1] * 4, [(0, 1), (2, 1), (3, 1)])
    assert measured("followers_gini", view).value == pytest.approx(0.75)
    assert measured("followers_top1", view).value == 1.0


def test_posts_likes_and_impressions_belong_to_their_authors() -> None:
    posts = Posts()
    write(posts, author=[0, 0, 1], likes=[4, 0, 2])
    share(posts, 0, [0], [2], kind=REPOST)
    view = view_of([0.1] * 3, posts=posts, feed=[(1, [0, 3]), (2, [2])])
    assert view.of_authors(view.posts.likes).tolist() == [4, 2, 0]
    assert measured("posts_gini", view).value == pytest.approx(inequality(np.array([2, 1, 0])).gini)
    assert measured("likes_theil", view).value == pytest.approx(inequality(np.array([4, 2, 0])).theil)
    # A repost shown is a look at the original's author.
    assert measured("impressions_gini", view).value == pytest.approx(inequality(np.array([2, 1, 0])).gini)
