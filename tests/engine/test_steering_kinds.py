"""Rewiring and bots: what they change of a world, through the one door, and what they leave alone."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import code_of
from simapp.engine.active import active_users
from simapp.engine.core.batches import EventBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World
from simapp.engine.edges import follow_changes
from simapp.engine.interventions import Intervention
from simapp.engine.orders import orders_of, take_stances
from tests.recommender.worlds import found

USERS = 200
STREAMS = Streams(5)


def divided() -> World:
    """200 users, each following 8; even ones stand left, odd ones right."""
    draws = Streams(1).integers("e", USERS, user=np.arange(USERS)[:, None], item=np.arange(8))
    world = found(USERS, [(u, int(v)) for u in range(USERS) for v in draws[u] if int(v) != u])
    world.users.opinions[:, 0] = np.where(np.arange(USERS) % 2 == 0, -0.5, 0.5)
    return world


def edges(world: World) -> set[tuple[int, int]]:
    return set(zip(*(side.tolist() for side in world.follows.edges()), strict=True))


def crossing(pairs: set[tuple[int, int]]) -> float:
    return sum((a - b) % 2 for a, b in pairs) / len(pairs)


def do(world: World, *changes: tuple[str, dict]) -> EventBatch:
    due = [Intervention(kind, world.step, settings) for kind, settings in changes]
    events = carry_out(world, orders_of(world, due, STREAMS))
    take_stances(world, due, events)
    return events


def rewired(how: str, share: float, **more: int) -> tuple[set[tuple[int, int]], set[tuple[int, int]], EventBatch]:
    world = divided()
    before = edges(world)
    return before, *(lambda events: (edges(world), events))(do(world, ("rewire", {"how": how, "share": share, **more})))


def test_a_share_of_the_follows_is_led_to_anybody_and_everybody_follows_as_many_as_before() -> None:
    before, after, _ = rewired("random", 0.3)
    assert len(after) == len(before)
    assert len(before - after) / len(before) == pytest.approx(0.3, abs=0.04)
    assert [a for a, _ in sorted(before)] == [a for a, _ in sorted(after)]
    assert all(a != b for a, b in after)


def test_what_is_rewired_are_events_and_the_rows_of_follows_say_the_same() -> None:
    before, after, events = rewired("random", 0.3)
    changes = follow_changes(events)
    listed = list(zip(changes.follower.tolist(), changes.followee.tolist(), changes.on.tolist(), strict=True))
    assert {(a, b) for a, b, on in listed if on} == after - before
    assert {(a, b) for a, b, on in listed if not on} == before - after
    assert (events.outcome == 0).all()


def test_follows_can_be_led_to_the_other_side_or_back_to_the_own() -> None:
    before, across, _ = rewired("across", 1.0)
    assert crossing(before) == pytest.approx(0.5, abs=0.05)
    # Who follows nearly the whole other side finds nobody new there; nobody does here.
    assert crossing(across) == 1.0
    _, within, _ = rewired("within", 1.0)
    assert crossing(within) == 0.0
    assert len(within) == len(before)


def test_follows_between_the_sides_can_be_cut_and_those_within_stay() -> None:
    before, after, _ = rewired("cut", 1.0)
    assert after == {(a, b) for a, b in before if (a - b) % 2 == 0}
    _, half, _ = rewired("cut", 0.5)
    assert after < half < before


def test_a_larger_share_rewires_what_a_smaller_one_does_and_more() -> None:
    before, little, _ = rewired("random", 0.1)
    _, much, _ = rewired("random", 0.4)
    assert (before - little) < (before - much)


def test_a_share_of_nothing_changes_nothing() -> None:
    before, after, events = rewired("random", 0.0)
    assert (after, len(events)) == (before, 0)


def test_with_nobody_on_the_other_side_everything_stays() -> None:
    world = divided()
    world.users.opinions[:] = 0.5
    before = edges(world)
    assert len(do(world, ("rewire", {"how": "across", "share": 1.0}))) == 0
    assert edges(world) == before


def bots(world: World) -> set[int]:
    return set(np.flatnonzero(world.users.automated).tolist())


def test_a_share_of_bots_is_exact_and_a_larger_one_holds_the_smaller() -> None:
    world = divided()
    do(world, ("set_bots", {"share": 0.1, "activity": 5}))
    few = bots(world)
    do(world, ("set_bots", {"share": 0.25, "activity": 7}))
    many = bots(world)
    assert (len(few), len(many)) == (20, 50)
    assert few < many
    assert set(world.users.automated[sorted(few)].tolist()) == {5}, "who is a bot stays the bot it is"
    events = do(world, ("set_bots", {"share": 0.1, "activity": 5}))
    assert bots(world) == few, "the last that came go first"
    assert set(events.code.tolist()) == {code_of("undo_automate_user")}


def test_bots_are_active_more_often_and_take_the_stance_they_are_given() -> None:
    world = divided()
    world.users.level[:] = 0.05
    before = active_users(world, STREAMS)
    do(world, ("set_bots", {"share": 0.5, "activity": 10, "stance": 0.9, "topic": 0}))
    automated = sorted(bots(world))
    after = active_users(world, STREAMS)
    assert set(before.tolist()) <= set(after.tolist())
    assert np.isin(automated, after).mean() > 4 * np.isin(automated, before).mean()
    assert world.users.opinions[automated, 0] == pytest.approx(0.9)
    others = np.setdiff1d(np.arange(USERS), automated)
    assert set(np.abs(world.users.opinions[others, 0]).tolist()) == {0.5}


def test_an_account_that_is_automated_already_keeps_its_stance_and_the_refusal_says_so() -> None:
    world = divided()
    do(world, ("automate_user", {"user": 3, "activity": 2, "stance": 0.1}))
    events = do(world, ("automate_user", {"user": 3, "activity": 9, "stance": -1.0}))
    assert events.outcome.tolist() == [3]
    assert (world.users.automated[3], world.users.opinions[3, 0]) == (2, pytest.approx(0.1))


def test_events_name_their_intervention_by_its_place_among_those_of_the_step() -> None:
    world = divided()
    events = do(
        world,
        ("suspend_user", {"user": 1}),
        ("rewire", {"how": "cut", "share": 0.2}),
        ("inject_post", {}),
        ("set_bots", {"share": 0.02, "activity": 2}),
    )
    by_code = {code: set(events.n[events.code == code].tolist()) for code in set(events.code.tolist())}
    assert by_code == {
        code_of("suspend_user"): {0}, code_of("order_unfollow"): {1}, code_of("automate_user"): {2}
    }  # fmt: skip
