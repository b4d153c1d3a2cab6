"""What holds for every action, today's and tomorrow's: the door they all go through."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import all_actions, code_of
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch, EventBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.products import Products
from simapp.engine.core.rules import Rules
from simapp.engine.core.world import World
from tests.recommender.worlds import found, write

NAMES = list(all_actions())
USERS = 6


def small_world(**rules: object) -> World:
    world = found(USERS, [(0, 1), (1, 2), (2, 0), (3, 1)], texts=["hello", "world", "again"])
    world.rules = Rules(**rules)
    a = write(world, 1)
    b = write(world, 2, text=1)
    write(world, 3, kind=1, of=a)
    write(world, 0, kind=3, of=b)
    for row in (0, 1):
        world.posts.below[row], world.posts.size[row] = 1, 1
    world.posts.below[0], world.posts.size[0], world.posts.below[2] = 2, 2, 1
    world.posts.depth_sum[0] = world.posts.wiener[0] = world.posts.max_depth[0] = world.posts.depth[2] = 1
    world.groups.found(ids.post_key([4, 2], [0, 0], [0, 0]), np.array([0, 1], np.int32))
    world.products = Products.named(world.texts, ["mug", "hat"])
    return world


def request(
    name: str,
    actor: int,
    *,
    post: int = -1,
    user: int = -1,
    text: int = -1,
    n: int = 0,
    item: int = -1,
    amount: int = 0,
) -> ActionBatch:
    batch = ActionBatch.empty(1)
    batch.actor[:], batch.code[:], batch.n[:] = actor, code_of(name), n
    batch.post[:], batch.user[:], batch.text[:], batch.topic[:] = post, user, text, 0
    batch.item[:], batch.amount[:] = item, amount
    return batch


def state(world: World) -> list[bytes]:
    parts = [a.tobytes() for a in world.posts.to_arrays().values()]
    parts += [a.tobytes() for a in (*world.follows.edges(), world.follows.followers, world.follows.following)]
    parts += [a.tobytes() for table in (world.reactions, world.mutes) for a in table.items()]
    parts += [a.tobytes() for held in (world.groups, world.products) for a in held.to_arrays().values()]
    return [*parts, world.users.suspended.tobytes(), world.groups.size.tobytes(), str(world.mute_count).encode()]


requests = st.lists(
    st.builds(
        request,
        st.sampled_from(NAMES),
        st.integers(0, USERS - 1),
        post=st.sampled_from([-1, 0, 1, 2, 3, 99]),
        user=st.integers(-1, USERS + 1),
        text=st.integers(-1, 2),
        item=st.sampled_from([-1, 0, 1, 99]),
        amount=st.integers(-1, 3),
    ),
    max_size=25,
).map(lambda rows: numbered(ActionBatch.join(rows)))


def numbered(batch: ActionBatch) -> ActionBatch:
    """Put rows into canonical order and count each actor's."""
    batch = batch.take(np.argsort(batch.actor, kind="stable"))
    for user in np.unique(batch.actor):
        mine = batch.actor == user
        batch.n[mine] = np.arange(np.count_nonzero(mine))
    return batch


@pytest.mark.parametrize("name", NAMES)
def test_an_action_says_what_it_does_to_whoever_is_offered_it(name: str) -> None:
    action = all_actions()[name]
    text = (type(action).__doc__ or "").strip()
    assert len(text) > 15
    assert text[0].isupper()
    assert text.endswith(".")
    assert action.label
    assert 0 < action.code < 256


@pytest.mark.parametrize("name", NAMES)
def test_a_mind_can_read_what_an_action_does(name: str) -> None:
    """Whole sentences to the reader, without the words of the code."""
    text = type(all_actions()[name]).__doc__ or ""
    assert len(text) < 600
    assert not {"world", "batch", "uint8", "row", "serial", "OASIS"} & set(text.replace(".", " ").split())


def test_codes_and_names_are_unique_and_stay_what_they_are() -> None:
    assert {a.name: a.code for a in all_actions().values()} == {
        "create_post": 1,
        "create_comment": 2,
        "like_post": 3,
        "unlike_post": 4,
        "dislike_post": 5,
        "undo_dislike_post": 6,
        "repost": 7,
        "quote_post": 8,
        "follow": 9,
        "unfollow": 10,
        "mute": 11,
        "unmute": 12,
        "do_nothing": 13,
        "like_comment": 14,
        "unlike_comment": 15,
        "dislike_comment": 16,
        "undo_dislike_comment": 17,
        "search_posts": 18,
        "search_user": 19,
        "trend": 20,
        "refresh": 21,
        "report_post": 22,
        "label_post": 23,
        "note_post": 24,
        "remove_post": 25,
        "restore_post": 26,
        "suspend_user": 27,
        "reinstate_user": 28,
        "demote_post": 29,
        "undo_demote_post": 30,
        "automate_user": 31,
        "undo_automate_user": 32,
        "order_unfollow": 33,
        "order_follow": 34,
        "create_group": 60,
        "join_group": 61,
        "leave_group": 62,
        "send_to_group": 63,
        "listen_from_group": 64,
        "purchase_product": 65,
    }


@settings(max_examples=80, deadline=None)
@given(requests)
def test_a_batch_does_what_its_requests_do_one_by_one_in_canonical_order(batch: ActionBatch) -> None:
    together, single = small_world(), small_world()
    at_once = carry_out(together, batch)
    order = [action.code for action in all_actions().values()]
    rows = sorted(range(len(batch)), key=lambda r: (order.index(int(batch.code[r])), r))
    one_by_one = EventBatch.join([carry_out(single, batch.take(np.array([r]))) for r in rows])
    assert at_once.outcome.tolist() == one_by_one.outcome.tolist()
    assert at_once.post.tolist() == one_by_one.post.tolist()
    assert at_once.item.tolist() == one_by_one.item.tolist()
    assert state(together) == state(single)


@settings(max_examples=80, deadline=None)
@given(requests)
def test_refused_requests_leave_the_world_as_it_was(batch: ActionBatch) -> None:
    world = small_world()
    events = carry_out(copy.deepcopy(world), batch)
    order = [action.code for action in all_actions().values()]
    rows = np.array(sorted(range(len(batch)), key=lambda r: (order.index(int(batch.code[r])), r)), int)
    spoken = rows[batch.code[rows] != code_of("do_nothing")]
    accepted = batch.take(np.sort(spoken[events.outcome == 0]))
    everything, allowed = small_world(), small_world()
    carry_out(everything, batch)
    carry_out(allowed, accepted)
    assert state(everything) == state(allowed)


@pytest.mark.parametrize("name", [n for n in NAMES if "post" in all_actions()[n].takes])
@pytest.mark.parametrize("post", [-1, 3, 99])
def test_an_unknown_post_or_a_comment_is_no_target(name: str, post: int) -> None:
    world = small_world()
    before = state(world)
    events = carry_out(world, request(name, 4, post=post, text=0))
    assert events.outcome.tolist() == [Outcome.UNKNOWN_POST]
    assert state(world) == before


@pytest.mark.parametrize("name", [n for n in NAMES if "user" in all_actions()[n].takes])
@pytest.mark.parametrize("user", [-1, USERS, 2**31 - 1])
def test_an_unknown_user_is_no_target(name: str, user: int) -> None:
    world = small_world()
    before = state(world)
    assert carry_out(world, request(name, 4, user=user)).outcome.tolist() == [Outcome.UNKNOWN_USER]
    assert state(world) == before


@pytest.mark.parametrize(
    ("name", "refusal"),
    [(n, Outcome.UNKNOWN_GROUP) for n in NAMES if "group" in all_actions()[n].takes]
    + [(n, Outcome.UNKNOWN_PRODUCT) for n in NAMES if "product" in all_actions()[n].takes],
)
@pytest.mark.parametrize("item", [-1, 2, 2**31 - 1])
def test_an_unknown_group_or_product_is_no_target(name: str, refusal: Outcome, item: int) -> None:
    world = small_world()
    before = state(world)
    assert carry_out(world, request(name, 4, text=0, item=item, amount=1)).outcome.tolist() == [refusal]
    assert state(world) == before


@pytest.mark.parametrize("name", NAMES)
def test_what_the_platform_does_not_offer_is_refused(name: str) -> None:
    offered = np.ones(256, np.bool_)
    offered[code_of(name)] = False
    world = small_world(offered=offered)
    before = state(world)
    events = carry_out(world, request(name, 4, post=0, user=0, text=0, item=0, amount=1))
    assert events.outcome.tolist() == ([] if name == "do_nothing" else [Outcome.NOT_OFFERED])
    assert state(world) == before


@pytest.mark.parametrize("name", [n for n in NAMES if "text" in all_actions()[n].takes])
def test_writing_without_a_text_is_refused(name: str) -> None:
    assert carry_out(small_world(), request(name, 4, post=0, item=0)).outcome.tolist() == [Outcome.NO_TEXT]
