"""What the platform does to posts and accounts: who may, what it changes, and that it can be taken back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import all_actions, code_of
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.rules import Rules
from simapp.engine.core.world import World
from simapp.engine.interventions import Intervention, injected_posts
from simapp.engine.moderation import moderation
from simapp.scenarios.names import DEFAULT_ACTIONS
from tests.contracts.test_actions import request, small_world
from tests.contracts.test_oasis_posts import ask, do, serve_feed
from tests.recommender.worlds import found, write

MODERATING = [name for name, action in all_actions().items() if action.moderates]
DONE = Outcome.DONE
# Who follows the user 2 of a small world, and who does not yet: what is ordered about a follow names its follower.
FOLLOWER = {"order_unfollow": 1, "order_follow": 5}


def ordinary(world: World) -> World:
    """The world on a platform that offers what a microblog offers."""
    offered = np.zeros(256, np.bool_)
    offered[[code_of(name) for name in DEFAULT_ACTIONS["microblog"]]] = True
    world.rules = Rules(offered=offered)
    return world


@pytest.mark.parametrize("name", MODERATING)
def test_moderation_is_the_scenarios_unless_the_platform_offers_it_to_users(name: str) -> None:
    assert all(name not in actions for actions in DEFAULT_ACTIONS.values())
    if name.startswith(("restore", "undo", "reinstate")):
        done = Outcome.NOTHING_TO_UNDO
    else:
        done = DONE
    follower = FOLLOWER.get(name, -1)
    assert do(ordinary(small_world()), name, 4, post=0, user=2, text=1, item=follower) == Outcome.NOT_OFFERED
    assert do(ordinary(small_world()), name, ids.SYSTEM, post=0, user=2, text=1, item=follower) == done
    assert do(small_world(), name, 4, post=0, user=2, text=1, item=follower) == done


def test_a_removed_post_is_nowhere_until_it_is_restored() -> None:
    world = small_world()
    serve_feed(world)
    text = "hello"
    everywhere = [("search_posts", text), ("trend", ""), ("refresh", "")]
    assert all(0 in ask(world, name, 5, text_) for name, text_ in everywhere)
    assert do(world, "remove_post", ids.SYSTEM, post=0) == DONE
    assert do(world, "remove_post", ids.SYSTEM, post=0) == Outcome.DUPLICATE
    assert not any({0, 2} & set(ask(world, name, 5, text_)) for name, text_ in everywhere), "2 reposts it"
    assert do(world, "like_post", 5, post=2) == Outcome.UNKNOWN_POST
    assert do(world, "restore_post", ids.SYSTEM, post=0) == DONE
    assert do(world, "restore_post", ids.SYSTEM, post=0) == Outcome.NOTHING_TO_UNDO
    assert all(0 in ask(world, name, 5, text_) for name, text_ in everywhere)


def test_a_removed_repost_leaves_its_original() -> None:
    world = small_world()
    do(world, "remove_post", ids.SYSTEM, post=2)
    assert do(world, "like_post", 5, post=0) == DONE
    assert do(world, "like_post", 4, post=2) == Outcome.UNKNOWN_POST


def test_a_suspended_account_can_do_nothing_and_is_shown_to_nobody_until_it_is_reinstated() -> None:
    world = small_world()
    serve_feed(world)
    assert do(world, "suspend_user", ids.SYSTEM, user=1) == DONE
    assert do(world, "suspend_user", ids.SYSTEM, user=1) == Outcome.DUPLICATE
    for name, action in all_actions().items():
        if name != "do_nothing" and action.code != code_of("reinstate_user"):
            assert do(world, name, 1, post=1, user=3, text=1) == Outcome.SUSPENDED
    assert len(carry_out(world, request("do_nothing", 1))) == 0
    assert do(world, "like_post", 5, post=0) == Outcome.UNKNOWN_POST
    assert not {0, 2} & set(ask(world, "refresh", 5) + ask(world, "trend", 5) + ask(world, "search_posts", 5, "1"))
    assert 1 not in ask(world, "search_user", 5, "User")
    assert do(world, "reinstate_user", ids.SYSTEM, user=1) == DONE
    assert do(world, "reinstate_user", ids.SYSTEM, user=1) == Outcome.NOTHING_TO_UNDO
    assert do(world, "like_post", 1, post=1) == DONE
    assert do(world, "like_post", 5, post=0) == DONE
    assert 0 in ask(world, "trend", 5)


def test_whom_a_batch_suspends_suspends_nobody_further_down() -> None:
    world = small_world()
    both = ActionBatch.join([request("suspend_user", 0, user=1), request("suspend_user", 1, user=2)])
    assert carry_out(world, both).outcome.tolist() == [DONE, Outcome.SUSPENDED]
    assert world.users.suspended.tolist() == [0, 1, 0, 0, 0, 0]


def test_nobody_suspends_their_own_account() -> None:
    assert do(small_world(), "suspend_user", 3, user=3) == Outcome.SELF


def test_a_demoted_post_is_shown_to_followers_and_discovered_by_nobody() -> None:
    world = found(4, follows=[(1, 0)], texts=["words"])
    write(world, 0, likes=9)
    write(world, 3, likes=1)
    for preset in ("chronological", "reddit-hot"):
        serve_feed(world, preset)
        assert 0 in ask(world, "refresh", 2)
        assert do(world, "demote_post", ids.SYSTEM, post=0) == DONE
        assert 0 in ask(world, "refresh", 1), "a follower"
        assert 0 not in ask(world, "refresh", 2), "a stranger"
        assert ask(world, "trend", 2) == [1]
        assert ask(world, "search_posts", 2, "words") == [1, 0], "found, behind all others"
        assert do(world, "undo_demote_post", ids.SYSTEM, post=0) == DONE
    assert ask(world, "search_posts", 2, "words") == [0, 1]


@pytest.mark.parametrize(("name", "column"), [("label_post", "label"), ("note_post", "note")])
def test_words_beside_a_post_replace_each_other_and_are_not_put_there_twice(name: str, column: str) -> None:
    world = small_world()
    assert getattr(world.posts, column).tolist() == [-1] * 4
    rows = [request(name, 4, post=0, text=text, n=n) for n, text in enumerate([1, 1, 2, 1])]
    assert carry_out(world, ActionBatch.join(rows)).outcome.tolist() == [DONE, Outcome.DUPLICATE, DONE, DONE]
    assert getattr(world.posts, column).tolist() == [1, -1, -1, -1]


# --- by order of the scenario -------------------------------------------------------------------------


def ordered(world: World, kind: str, **settings_: object) -> Outcome:
    told = carry_out(world, moderation(world, [Intervention(kind, world.step, settings_)]))
    return Outcome(int(told.outcome[0]))


def test_the_most_shared_post_is_whichever_is_when_the_step_comes() -> None:
    world = small_world()
    assert ordered(world, "label_post", post="most_shared", text="disputed") == Outcome.UNKNOWN_POST
    do(world, "repost", 5, post=1)
    assert ordered(world, "label_post", post="most_shared", text="disputed") == DONE
    assert world.texts[int(world.posts.label[1])] == "disputed"
    assert ordered(world, "remove_post", post="most_shared") == DONE
    assert ordered(world, "remove_post", post="most_shared") == Outcome.UNKNOWN_POST, "it is down already"
    assert ordered(world, "restore_post", post="most_shared") == DONE


def test_an_injected_post_is_found_by_what_it_is() -> None:
    world = small_world()
    said = ((4, "x"), (2, "y"), (2, "x"), (2, "x"))
    posts = [Intervention("inject_post", 1, {"author": a, "text": t, "topic": 0}) for a, t in said]
    batch = injected_posts(world, posts)
    second = int(ids.post_key(2, world.step, batch.n[2]))
    # In whatever order the step carries them out.
    carry_out(world, batch.take(np.lexsort((batch.n, batch.actor))))
    world.step += 1
    named = {"at": 1, "text": "x", "author": 2}
    assert ordered(world, "remove_post", post={**named, "nth": 0}) == DONE
    assert world.posts.key[world.posts.removed != 0].tolist() == [second]
    assert world.posts.author[world.posts.removed != 0].tolist() == [2]
    assert world.texts[int(world.posts.text[world.posts.removed != 0][0])] == "x"
    assert ordered(world, "remove_post", post={**named, "nth": 2}) == Outcome.UNKNOWN_POST
    assert ordered(world, "remove_post", post={**named, "author": "most_followed", "nth": 0}) == DONE


def test_suspending_the_most_followed_again_and_again_meets_others() -> None:
    world = small_world()
    suspended = []
    for _ in range(3):
        assert ordered(world, "suspend_user", user="most_followed") == DONE
        suspended.append(set(np.flatnonzero(world.users.suspended).tolist()))
    assert [len(users) for users in suspended] == [1, 2, 3]
    assert suspended[0] == {int(np.argmax(world.follows.followers))}
    assert ordered(world, "reinstate_user", user="most_followed") == DONE
    assert not world.users.suspended[int(np.argmax(world.follows.followers))]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 6), st.booleans()), max_size=14))
def test_any_order_of_suspensions_in_a_batch_is_what_they_are_one_by_one(
    rows: list[tuple[int, int, bool]],
) -> None:
    names = ("suspend_user", "reinstate_user")
    wanted = [request(names[back], actor, user=user) for actor, user, back in sorted(rows)]
    together, single = small_world(), small_world()
    for world in (together, single):
        world.users.suspended[4] = 1
    carry_out(together, ActionBatch.join(wanted))
    codes = [code_of(name) for name in names]
    for row in sorted(wanted, key=lambda r: codes.index(int(r.code[0]))):
        carry_out(single, row)
    assert together.users.suspended.tolist() == single.users.suspended.tolist()
