"""Reach, depth, breadth and shape of the largest cascade."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core import cascades
from simapp.engine.core.posts import COMMENT, QUOTE, Posts
from tests.metrics.views import measured, share, view_of, write

FIGURES = ("reach", "depth", "breadth", "virality")


def figures(posts: Posts) -> tuple[float | None, ...]:
    view = view_of([0.1] * 9, posts=posts)
    return tuple(measured(f"largest_cascade_{figure}", view).value for figure in FIGURES)


def test_without_posts_there_is_no_largest_cascade() -> None:
    assert figures(Posts()) == (None, None, None, None)


def test_a_post_that_nobody_shared_is_a_cascade_of_one() -> None:
    posts = Posts()
    write(posts, author=[3])
    assert figures(posts) == (1, 0, 1, 0)


def test_a_broadcast_is_wide_and_a_chain_is_deep() -> None:
    broadcast = Posts()
    write(broadcast, author=[0])
    share(broadcast, 0, [0] * 4, [1, 2, 3, 4])
    assert figures(broadcast) == (5, 1, 4, pytest.approx(2 - 2 / 5))
    chain = Posts()
    write(chain, author=[0])
    share(chain, 0, [0, 1, 2, 3], [1, 2, 3, 4])
    assert figures(chain) == (5, 4, 1, pytest.approx((5 + 1) / 3))


def test_reach_counts_a_user_who_quotes_twice_once() -> None:
    posts = Posts()
    write(posts, author=[0])
    share(posts, 0, [0, 0, 1], [1, 1, 0], kind=QUOTE)
    assert figures(posts)[:3] == (2, 2, 2)


def test_comments_and_other_cascades_are_no_part_of_it() -> None:
    posts = Posts()
    write(posts, author=[0, 5])
    share(posts, 0, [0, 0], [1, 2])
    posts.append(key=[77], author=[8], kind=[COMMENT], root=[0], parent=[0])
    share(posts, 1, [1], [3])
    assert figures(posts)[:3] == (3, 1, 2)


def test_a_cascade_whose_first_post_is_too_old_to_be_shown_still_counts() -> None:
    posts = Posts()
    write(posts, author=[0])
    share(posts, 0, [0, 0, 0], [1, 2, 3])
    write(posts, author=[4])
    share(posts, 4, [4], [5])
    assert figures(posts)[0] == 4
    before = figures(posts)
    for end in (4, posts.end):
        cascades.remember_leaving(posts, end - posts.base)
        posts.evict_before(end)
        assert figures(posts) == before
    assert figures(Posts.from_arrays(posts.to_arrays())) == before
    write(posts, author=[6])
    share(posts, posts.base, [posts.base] * 4, [1, 2, 3, 4])
    assert figures(posts)[0] == 5


def test_the_figures_have_no_null() -> None:
    posts = Posts()
    write(posts, author=np.zeros(1, int).tolist())
    view = view_of([0.1], posts=posts)
    assert all(measured(f"largest_cascade_{figure}", view).null is None for figure in FIGURES)
