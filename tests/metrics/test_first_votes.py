"""Scores of posts by their artificial first vote."""

from __future__ import annotations

from simapp.engine.core.posts import COMMENT, Posts
from tests.metrics.views import measured, share, view_of, write

ARMS = ("up", "control", "down")


def scores(posts: Posts) -> tuple[float | None, ...]:
    view = view_of([0.1] * 9, posts=posts)
    return tuple(measured(f"mean_score_{arm}", view).value for arm in ARMS)


def test_scores_leave_the_artificial_vote_out() -> None:
    posts = Posts()
    write(posts, author=[0] * 5, arm=[1, 1, 0, -1, -1], likes=[4, 1, 2, 0, 1], dislikes=[0, 0, 1, 1, 3])
    assert scores(posts) == (1.5, 1.0, -0.5)


def test_the_null_of_a_treated_arm_is_the_untreated_mean() -> None:
    posts = Posts()
    write(posts, author=[0] * 3, arm=[1, 0, -1], likes=[1, 5, 0], dislikes=[0, 0, 1])
    view = view_of([0.1], posts=posts)
    assert [measured(f"mean_score_{arm}", view).null for arm in ARMS] == [5.0, None, 5.0]


def test_all_scores_are_missing_where_no_post_was_treated() -> None:
    posts = Posts()
    assert scores(posts) == (None, None, None)
    write(posts, author=[0, 1], likes=[3, 4])
    assert scores(posts) == (None, None, None)


def test_an_arm_without_posts_is_missing_on_its_own() -> None:
    posts = Posts()
    write(posts, author=[0, 1], arm=[1, 1], likes=[1, 2])
    assert scores(posts) == (0.5, None, None)


def test_removed_posts_are_left_out() -> None:
    posts = Posts()
    write(posts, author=[0] * 3, arm=[1, 1, 0], likes=[9, 3, 0], removed=[1, 0, 0])
    assert scores(posts) == (2.0, 0.0, None)


def test_only_posts_that_could_have_been_treated_are_compared() -> None:
    posts = Posts()
    # Before, during and after the time in which first votes were given.
    write(posts, author=[0] * 6, arm=[0, 1, 0, 0, -1, 0], likes=[50, 3, 1, 2, 0, 50], step=[1, 2, 2, 4, 5, 6])
    share(posts, 2, [2], [7])
    posts.append(key=[99], author=[8], kind=[COMMENT], root=[1], parent=[1], step=[3], likes=[50])
    assert scores(posts) == (2.0, 1.5, 1.0)


def test_treated_posts_that_left_the_window_no_longer_count() -> None:
    posts = Posts()
    write(posts, author=[0] * 3, arm=[1, 1, 0], likes=[9, 3, 2])
    posts.evict_before(1)
    assert scores(posts) == (2.0, 2.0, None)
