"""Facts of OASIS's own tests about posts, comments and feeds (numbers of the list in brackets).

Those marked "better" hold in the form that OASIS misses.
"""

from __future__ import annotations

import copy
import logging
from typing import Any

import numpy as np
import pytest

from recommender.registry import build_feed
from simapp.engine.actions.base import Answer
from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import action_named, all_actions
from simapp.engine.core.batches import ActionBatch, EventBatch
from simapp.engine.core.errors import BrokenAction
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.population import ListedProfiles, ProfileRow
from simapp.engine.core.posts import COMMENT, QUOTE
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.contracts.test_actions import request, small_world, state
from tests.recommender.worlds import CODES, busy, found, write

A, B, C, D, E = 0, 1, 2, 3, 4
DONE, DUPLICATE, UNDO = Outcome.DONE, Outcome.DUPLICATE, Outcome.NOTHING_TO_UNDO


def do(world: World, name: str, actor: int, **what: int) -> Outcome:
    return Outcome(int(events(world, name, actor, **what).outcome[0]))


def events(world: World, name: str, actor: int, **what: int) -> EventBatch:
    found_ = carry_out(world, request(name, actor, **what))
    assert len(found_) == 1
    return found_


def ask(world: World, name: str, actor: int, text: str = "") -> list[int]:
    asked = request(name, actor, text=world.texts.add(text) if text else -1)
    return [int(i) for i in action_named(name).answer(world, asked).found]


@pytest.fixture
def world() -> World:
    """Post 0 by A with words, nothing else; A .. E exist."""
    world = found(6, texts=["rent is too high", "a remark", "spam"])
    carry_out(world, request("create_post", A, text=0))
    return world


# --- sharing ----------------------------------------------------------------------------------------


def test_a_repost_of_a_repost_belongs_to_the_original_and_keeps_its_true_parent(world: World) -> None:
    # [1], better: the tree is two levels deep.
    assert do(world, "repost", B, post=0) == DONE
    told = events(world, "repost", C, post=1)
    posts = world.posts
    assert posts.root[1:].tolist() == [0, 0]
    assert posts.parent[1:].tolist() == [0, 1]
    assert (posts.shares[0], posts.max_depth[0], posts.depth[2]) == (2, 2, 2)
    assert told.target[0] == posts.key[1]


def test_a_second_repost_of_the_original_is_refused_by_any_way_but_not_after_a_quote(world: World) -> None:
    # [2], better: a quote before it does not count.
    assert do(world, "quote_post", B, post=0, text=1) == DONE
    assert do(world, "repost", B, post=0, n=1) == DONE
    assert do(world, "repost", C, post=0) == DONE
    assert do(world, "repost", B, post=0, n=2) == DUPLICATE
    assert do(world, "repost", B, post=3, n=3) == DUPLICATE


@pytest.mark.parametrize("name", ["repost", "quote_post", "like_post", "create_comment", "report_post"])
def test_an_unknown_post_is_not_found_and_nothing_is_written(world: World, name: str) -> None:
    # [3], [9], better: a clean refusal.
    before = state(world)
    assert do(world, name, B, post=77, text=1) == Outcome.UNKNOWN_POST
    assert state(world) == before


def test_a_quote_of_a_repost_belongs_to_the_original_and_may_be_repeated(world: World) -> None:
    # [4]
    do(world, "repost", B, post=0)
    assert do(world, "quote_post", C, post=1, text=1) == DONE
    assert do(world, "quote_post", C, post=1, text=1, n=1) == DONE
    assert world.posts.kind[2:].tolist() == [QUOTE, QUOTE]
    assert (world.posts.root[2], world.posts.shares[0]) == (0, 3)


# --- votes ------------------------------------------------------------------------------------------


def test_a_like_of_a_repost_is_the_originals_and_of_a_quote_the_quotes(world: World) -> None:
    # [5]
    do(world, "repost", B, post=0)
    do(world, "quote_post", C, post=0, text=1)
    key = world.posts.key
    assert events(world, "like_post", D, post=1).post[0] == key[0]
    assert events(world, "like_post", D, post=2).post[0] == key[2]
    assert world.posts.likes.tolist() == [1, 0, 1]


KINDS = {"post": ("like_post", "unlike_post", "dislike_post", "undo_dislike_post"),
         "comment": ("like_comment", "unlike_comment", "dislike_comment", "undo_dislike_comment")}  # fmt: skip


def commented(world: World) -> int:
    """The serial of a comment by B under A's post, counted on a fresh fixture: 1."""
    assert do(world, "create_comment", B, post=0, text=1) == DONE
    return 1


@pytest.mark.parametrize("kind", KINDS)
def test_votes_stand_once_and_can_be_taken_back(world: World, kind: str) -> None:
    # [6]
    like, unlike, dislike, undo = KINDS[kind]
    target = commented(world) if kind == "comment" else 0
    for vote, back, counter in ((like, unlike, "likes"), (dislike, undo, "dislikes")):
        counts = getattr(world.posts, counter)
        assert do(world, back, D, post=target) == UNDO
        assert do(world, vote, D, post=target) == DONE
        assert do(world, vote, D, post=target) == DUPLICATE
        assert counts[target] == 1
        assert do(world, back, D, post=target) == DONE
        assert counts[target] == 0
        assert do(world, back, D, post=target) == UNDO


@pytest.mark.parametrize("kind", KINDS)
def test_like_and_dislike_may_stand_together_unless_votes_exclude_each_other(kind: str) -> None:
    # [7], better: the choice is the platform's.
    like, _, dislike, _ = KINDS[kind]
    target = 3 if kind == "comment" else 0
    assert [do(w := small_world(), like, E, post=target), do(w, dislike, E, post=target)] == [DONE, DONE]
    strict = small_world(exclusive_votes=True)
    assert do(strict, like, E, post=target) == DONE
    assert do(strict, dislike, E, post=target) == Outcome.OPPOSITE_VOTE


def test_authors_rate_their_posts_and_comments_only_where_the_platform_lets_them() -> None:
    # [8] Post 0 by 1, repost 2 of it by 3, comment 3 by 0.
    for actor, name, target in ((1, "like_post", 0), (1, "like_post", 2), (0, "dislike_comment", 3)):
        assert do(small_world(), name, actor, post=target) == Outcome.OWN_POST
        assert do(small_world(allow_self_rating=True), name, actor, post=target) == DONE
        assert do(small_world(), name, 5, post=target) == DONE


@pytest.mark.parametrize("target", [-1, 0, 77])
@pytest.mark.parametrize("name", KINDS["comment"])
def test_a_vote_on_what_is_no_comment_is_refused_and_leaves_nothing(world: World, name: str, target: int) -> None:
    # [9], better: OASIS leaves an orphan row.
    before = state(world)
    assert do(world, name, D, post=target) == Outcome.UNKNOWN_COMMENT
    assert state(world) == before


def test_a_comment_of_a_removed_post_is_out_of_reach(world: World) -> None:
    comment = commented(world)
    assert do(world, "remove_post", D, post=0) == DONE
    assert do(world, "like_comment", D, post=comment) == Outcome.UNKNOWN_COMMENT


def test_a_comment_on_a_repost_stands_under_the_original(world: World) -> None:
    # [10]
    do(world, "repost", B, post=0)
    assert do(world, "create_comment", C, post=1, text=1) == DONE
    assert (world.posts.kind[2], world.posts.root[2], world.posts.comments[0]) == (COMMENT, 0, 1)


# --- people -----------------------------------------------------------------------------------------


def test_a_follow_counts_on_both_sides_and_names_whom(world: World) -> None:
    # [11], better: nobody follows themselves or nobody, and the event names the followee.
    told = events(world, "follow", B, user=A)
    assert (told.user[0], world.follows.following[B], world.follows.followers[A]) == (A, 1, 1)
    assert do(world, "follow", B, user=A) == DUPLICATE
    assert do(world, "follow", B, user=B) == Outcome.SELF
    assert do(world, "follow", B, user=99) == Outcome.UNKNOWN_USER
    assert do(world, "unfollow", B, user=A) == DONE
    assert do(world, "unfollow", B, user=A) == UNDO
    assert (world.follows.following[B], world.follows.followers[A]) == (0, 0)


def test_muted_authors_leave_search_trend_and_feed(world: World) -> None:
    # [12], better: OASIS never reads its mutes.
    serve_feed(world)
    do(world, "follow", B, user=A)
    asked = [("search_posts", "rent"), ("search_user", "User 0"), ("trend", ""), ("refresh", "")]
    world.step += 1
    assert [ask(world, name, B, text) for name, text in asked] == [[0], [A], [0], [0]]
    assert do(world, "mute", B, user=A) == DONE
    assert do(world, "mute", B, user=A) == DUPLICATE
    assert [ask(world, name, B, text) for name, text in asked] == [[], [], [], []]
    assert ask(world, "trend", C) == [0]
    assert do(world, "unmute", B, user=A) == DONE
    assert do(world, "unmute", B, user=A) == UNDO
    assert ask(world, "search_posts", B, "rent") == [0]


def test_a_user_reports_a_post_once_and_the_very_row_counts(world: World) -> None:
    # [13], better: a report of a repost is not lost.
    do(world, "repost", B, post=0)
    assert [do(world, "report_post", user, post=0, text=2) for user in (A, C)] == [DONE, DONE]
    assert do(world, "report_post", C, post=0, text=1) == DUPLICATE
    assert do(world, "report_post", C, post=1, text=2) == DONE
    assert do(world, "report_post", D, post=1) == Outcome.NO_TEXT
    assert world.posts.reports.tolist() == [2, 1]


# --- reading ----------------------------------------------------------------------------------------


def serve_feed(world: World, preset: str = "chronological", k: int = 10) -> None:
    feed = build_feed(preset, {}, codes=CODES)
    world.desk.serve = lambda viewers: feed.rank(world, viewers, k, Streams(7), Workers(1))


def test_a_refresh_is_the_ranked_feed_in_rank_order_without_seen_own_and_muted() -> None:
    # [18], better: OASIS loses the order.
    world = busy()
    serve_feed(world, "reddit-hot", k=7)
    users = np.arange(len(world.users), dtype=np.int32)
    assert world.desk.serve is not None
    feed = world.desk.serve(users)
    asked = ActionBatch.join([request("refresh", int(user)) for user in users])
    answer = action_named("refresh").answer(world, asked)
    assert isinstance(answer, Answer)
    for user in users:
        got = answer.found[answer.indptr[user] : answer.indptr[user + 1]].tolist()
        assert got == [p for p in feed.posts[user].tolist() if p >= 0]
        assert len(set(got)) == len(got) <= 7
        authors = world.posts.author[np.array(got, int)]
        assert user not in authors
        assert not world.author_muted(np.full(len(got), user), authors).any()
        assert not set(got) & set(world.users.seen[user].tolist())
    assert len(answer.found) > 100


def test_the_most_liked_post_of_the_last_seven_days_trends_first() -> None:
    # [19] Ten posts aged 0 .. 9 days with as many likes; then the clock moves.
    world = found(3, minutes=1440, hot_steps=30)
    for day in range(10):
        write(world, A, step=day, n=day, likes=9 - day)
    world.step = 10
    ages = [10 - int(world.posts.step[post]) for post in ask(world, "trend", B)]
    assert ages[0] == 7
    assert ages == sorted(ages, reverse=True)
    assert max(ages) == 7, "what is older has left the window"


def test_a_search_finds_words_and_numbers_whatever_their_case(world: World) -> None:
    # [20]
    bob = world.texts.add("I met Bob and Ünal")
    carry_out(world, request("create_post", B, text=bob))
    commented(world)
    assert ask(world, "search_posts", C, "bOB") == [1]
    assert ask(world, "search_posts", C, "ünaL") == [1]
    assert ask(world, "search_posts", C, str(B)) == [1], "the author's number"
    assert ask(world, "search_posts", C, str(int(world.posts.key[0]))) == [0], "the post's own"
    assert ask(world, "search_posts", C, "a remark") == [], "comments are read under their posts"
    assert do(world, "search_posts", C, text=world.texts.add("nowhere")) == Outcome.NOTHING_FOUND
    assert do(world, "search_posts", C) == Outcome.NO_TEXT


def test_users_are_found_by_handle_name_profile_and_number_best_first() -> None:
    # [20]
    world = found(12, follows=[(5, 3), (6, 3), (7, 4)])
    rows = [ProfileRow(f"u{i}", f"Person {i}") for i in range(12)]
    rows[3] = ProfileRow("bobby", "Robert", "likes trams")
    rows[4] = ProfileRow("rob", "Bob", "writes about Bob")
    rows[8] = ProfileRow("x", "Xenia", "once met BOB")
    world.desk.profiles = ListedProfiles(rows)
    assert ask(world, "search_user", 0, "bob") == [4, 3, 8], "a whole name, a part of one, the profile"
    assert ask(world, "search_user", 0, "trams") == [3]
    assert ask(world, "search_user", 0, "11") == [11], "the number, and no user whose number holds it"
    assert ask(world, "search_user", 0, "1")[0] == 1
    assert do(world, "search_user", 0, text=world.texts.add("nobody at all")) == Outcome.NOTHING_FOUND


def test_the_most_liked_hit_comes_first_and_ties_go_to_the_newest() -> None:
    world = found(4, texts=["same words"])
    for n, likes in enumerate([0, 5, 5, 2]):
        write(world, n, step=n, likes=likes)
    assert ask(world, "search_posts", A, "words") == [2, 1, 3, 0]


def test_who_searches_together_finds_what_each_would_find_alone() -> None:
    world = busy()
    queries = [world.texts.add(word) for word in ("cats", "dogs", "CATS and", "3", "no such thing")]
    rows = [request("search_posts", user, text=queries[user % 5]) for user in range(60)]
    together = action_named("search_posts").answer(world, ActionBatch.join(rows))
    for user, row in enumerate(rows):
        alone = action_named("search_posts").answer(world, row).found
        assert together.found[together.indptr[user] : together.indptr[user + 1]].tolist() == alone.tolist()


def test_the_same_search_twice_in_a_step_succeeds_and_is_recorded_twice(world: World) -> None:
    # [24], better: OASIS's second one fails.
    query = world.texts.add("rent")
    twice = ActionBatch.join([request("search_posts", B, text=query), request("search_posts", B, text=query, n=1)])
    told = carry_out(world, twice)
    assert told.outcome.tolist() == [DONE, DONE]
    assert told.text.tolist() == [query, query]


@pytest.mark.parametrize("name", [n for n, action in all_actions().items() if action.reads])
def test_reading_changes_nothing_and_finds_something_exactly_where_it_is_done(name: str) -> None:
    world = busy()
    serve_feed(world)
    query = [world.texts.add(word) for word in ("cats", "17", "no such thing")]
    rows = [request(name, user, text=query[user % 3]) for user in range(60)]
    before = state(world)
    told = carry_out(world, ActionBatch.join(rows))
    answer = action_named(name).answer(world, ActionBatch.join(rows))
    assert state(world) == before
    assert ((told.outcome == DONE) == (np.diff(answer.indptr) > 0)).all()
    assert set(told.outcome.tolist()) <= {DONE, Outcome.NOTHING_FOUND}
    assert (told.post == -1).all()


# --- faults -----------------------------------------------------------------------------------------


def test_an_action_that_breaks_in_its_check_refuses_and_the_rest_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # [29]
    def broken(_world: World, _batch: ActionBatch) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(all_actions()["like_post"], "check", broken)
    before = copy.deepcopy(world)
    both = ActionBatch.join([request("like_post", B, post=0), request("repost", C, post=0)])
    with caplog.at_level(logging.CRITICAL):
        told = carry_out(world, both)
    assert told.outcome.tolist() == [Outcome.FAULT, DONE]
    carry_out(before, request("repost", C, post=0))
    assert state(world) == state(before)


def test_an_action_that_breaks_while_it_is_applied_gives_the_step_up_with_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_world: World, _batch: ActionBatch) -> Any:
        raise ZeroDivisionError("half way")

    monkeypatch.setattr(all_actions()["like_post"], "apply", broken)
    with pytest.raises(BrokenAction, match="like_post failed at step 1: ZeroDivisionError: half way"):
        carry_out(world, request("like_post", B, post=0))
