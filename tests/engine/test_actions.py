"""What each action does, in the facts of OASIS's own tests (numbers in brackets) where it has them."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.actions.door import carry_out
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch, EventBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import COMMENT, QUOTE, REPOST
from simapp.engine.core.world import World
from tests.contracts.test_actions import request, small_world

A, B, C, D = 1, 2, 3, 4


def do(world: World, name: str, actor: int, **what: int) -> EventBatch:
    return carry_out(world, request(name, actor, **what))


def outcome(events: EventBatch) -> Outcome:
    assert len(events) == 1
    return Outcome(int(events.outcome[0]))


@pytest.fixture
def world() -> World:
    return small_world()


def test_a_repost_of_a_repost_counts_for_the_original_and_keeps_its_true_parent(world: World) -> None:
    # [1] Post 0 by A, repost 2 by C; D shares C's repost.
    event = do(world, "repost", D, post=2)
    assert outcome(event) == Outcome.DONE
    row = len(world.posts) - 1
    assert (world.posts.root[row], world.posts.parent[row], world.posts.depth[row]) == (0, 2, 2)
    assert world.posts.shares[0] == 1
    assert event.target[0] == world.posts.key[2]
    assert event.post[0] == world.posts.key[row]


def test_sharing_the_same_original_twice_is_refused_through_any_repost_of_it(world: World) -> None:
    # [2]
    assert outcome(do(world, "repost", D, post=0)) == Outcome.DONE
    assert outcome(do(world, "repost", D, post=2, n=1)) == Outcome.DUPLICATE
    assert world.posts.shares[0] == 1


def test_quoting_first_does_not_forbid_sharing(world: World) -> None:
    # [2], deliberately better
    assert outcome(do(world, "quote_post", D, post=0, text=1)) == Outcome.DONE
    assert outcome(do(world, "repost", D, post=0, n=1)) == Outcome.DONE
    assert world.posts.shares[0] == 2


def test_a_post_can_be_quoted_twice(world: World) -> None:
    # [4] A quote of a repost belongs to the original's cascade.
    assert outcome(do(world, "quote_post", D, post=2, text=1)) == Outcome.DONE
    assert outcome(do(world, "quote_post", D, post=0, text=2, n=1)) == Outcome.DONE
    assert world.posts.kind[-2:].tolist() == [QUOTE, QUOTE]
    assert world.posts.root[-2:].tolist() == [0, 0]
    assert world.posts.size[0] == 4


def test_a_like_of_a_repost_counts_for_the_original_and_of_a_quote_for_the_quote(world: World) -> None:
    # [5]
    do(world, "quote_post", C, post=0, text=1)
    quote = len(world.posts) - 1
    assert do(world, "like_post", D, post=2).post.tolist() == [world.posts.key[0]]
    assert do(world, "like_post", D, post=quote).post.tolist() == [world.posts.key[quote]]
    assert world.posts.likes[[0, 2, quote]].tolist() == [1, 0, 1]


def test_a_second_like_is_refused_and_an_unlike_takes_one_back(world: World) -> None:
    # [6]
    assert outcome(do(world, "like_post", D, post=0)) == Outcome.DONE
    assert outcome(do(world, "like_post", D, post=0)) == Outcome.DUPLICATE
    assert world.posts.likes[0] == 1
    assert outcome(do(world, "unlike_post", D, post=0)) == Outcome.DONE
    assert world.posts.likes[0] == 0
    assert outcome(do(world, "unlike_post", D, post=0)) == Outcome.NOTHING_TO_UNDO
    assert outcome(do(world, "like_post", D, post=0)) == Outcome.DONE


def test_like_and_dislike_may_stand_together_unless_votes_exclude_each_other(world: World) -> None:
    # [7]
    assert outcome(do(world, "like_post", D, post=0)) == Outcome.DONE
    assert outcome(do(world, "dislike_post", D, post=0)) == Outcome.DONE
    strict = small_world(exclusive_votes=True)
    assert outcome(do(strict, "like_post", D, post=0)) == Outcome.DONE
    assert outcome(do(strict, "dislike_post", D, post=0)) == Outcome.OPPOSITE_VOTE
    assert outcome(do(strict, "unlike_post", D, post=0)) == Outcome.DONE
    assert outcome(do(strict, "dislike_post", D, post=0)) == Outcome.DONE
    assert (strict.posts.likes[0], strict.posts.dislikes[0]) == (0, 1)


@pytest.mark.parametrize("post", [0, 2])
def test_authors_may_rate_themselves_only_where_the_platform_allows_it(post: int) -> None:
    # [8] Post 2 is somebody else's repost of A's post 0.
    assert outcome(do(small_world(), "like_post", A, post=post)) == Outcome.OWN_POST
    assert outcome(do(small_world(allow_self_rating=True), "like_post", A, post=post)) == Outcome.DONE


def test_a_comment_on_a_repost_stands_under_the_original(world: World) -> None:
    # [10]
    assert outcome(do(world, "create_comment", D, post=2, text=1)) == Outcome.DONE
    assert (world.posts.kind[-1], world.posts.root[-1], world.posts.comments[0]) == (COMMENT, 0, 1)
    assert world.posts.size[0] == 2


def test_following_counts_on_both_sides_and_is_undone_by_unfollowing(world: World) -> None:
    # [11]
    assert outcome(do(world, "follow", D, user=A)) == Outcome.DONE
    assert (world.follows.following[D], world.follows.followers[A]) == (1, 3)
    assert outcome(do(world, "follow", D, user=A)) == Outcome.DUPLICATE
    assert outcome(do(world, "follow", D, user=D)) == Outcome.SELF
    assert outcome(do(world, "unfollow", D, user=A)) == Outcome.DONE
    assert outcome(do(world, "unfollow", D, user=A)) == Outcome.NOTHING_TO_UNDO
    assert (world.follows.following[D], world.follows.followers[A]) == (0, 2)


def test_muting_twice_or_unmuting_nobody_is_refused(world: World) -> None:
    # [12]
    assert outcome(do(world, "mute", D, user=A)) == Outcome.DONE
    assert world.author_muted(np.array([D, D]), np.array([A, B])).tolist() == [True, False]
    assert outcome(do(world, "mute", D, user=A)) == Outcome.DUPLICATE
    assert outcome(do(world, "unmute", D, user=A)) == Outcome.DONE
    assert outcome(do(world, "unmute", D, user=A)) == Outcome.NOTHING_TO_UNDO
    assert not world.author_muted(np.array([D]), np.array([A]))[0]


def test_doing_nothing_twice_is_no_event_and_no_error(world: World) -> None:
    # [24]
    twice = ActionBatch.join([request("do_nothing", D), request("do_nothing", D, n=1)])
    assert len(carry_out(world, twice)) == 0


def test_a_removed_post_cannot_be_acted_on_nor_can_a_repost_of_it(world: World) -> None:
    world.posts.removed[0] = 1
    for post in (0, 2):
        assert outcome(do(world, "like_post", D, post=post)) == Outcome.UNKNOWN_POST


def test_a_post_that_left_the_window_takes_its_reactions_along() -> None:
    world = small_world(hot_steps=3)
    do(world, "like_post", D, post=0)
    world.step = 3
    assert world.forget_cold() == 4
    assert outcome(do(world, "like_post", D, post=0)) == Outcome.UNKNOWN_POST
    assert len(world.reactions) == 0


def test_the_first_of_two_equal_requests_in_a_batch_wins(world: World) -> None:
    batch = ActionBatch.join([request("like_post", D, post=0), request("like_post", D, post=2, n=1)])
    events = carry_out(world, batch)
    assert events.outcome.tolist() == [Outcome.DONE, Outcome.DUPLICATE]
    assert world.posts.likes[0] == 1


def test_new_posts_are_named_by_author_step_and_ordinal(world: World) -> None:
    world.step = 5
    key = do(world, "create_post", D, text=1, n=3).post[0]
    assert tuple(int(x) for x in ids.split_post_key(key)) == (D, 5, 3)
    assert world.posts.kind[-1] != REPOST
