"""The door's laws: what is refused changes nothing, what is cut adds up, and no arrival order shows."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import all_actions, code_of, names_by_code
from simapp.engine.core.batches import TIERS, ActionBatch, DecisionBatch, EventBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World
from tests.laws.histories import (
    History,
    Kept,
    decoded,
    dense,
    differences,
    dump,
    histories,
    request_bytes,
)

NAMES = list(all_actions())
ORDER = {action.code: place for place, action in enumerate(all_actions().values())}


@pytest.fixture(scope="module")
def lived() -> World:
    """A world in which everything has happened."""
    return dense(3, steps=4).live().world


# --- a refused action changes nothing ---------------------------------------------------------------------


def refusals(world: World, batch: ActionBatch) -> set[tuple[str, Outcome]]:
    """Carry requests out one by one; what is refused must leave every array as it was. Returns what was refused."""
    found, before = set(), dump(world)
    for row in range(len(batch)):
        events = carry_out(world, batch.take(np.array([row])))
        after = dump(world)
        if len(events) and events.outcome[0]:
            name, outcome = names_by_code()[int(batch.code[row])], Outcome(int(events.outcome[0]))
            assert differences(before, after) == [], (name, outcome)
            found.add((name, outcome))
        before = after
    return found


@pytest.mark.parametrize("name", NAMES)
def test_no_refusal_of_an_action_changes_a_byte(name: str, lived: World) -> None:
    world, rng = copy.deepcopy(lived), np.random.default_rng(code_of(name))
    batch = decoded(world, [row.tobytes() for row in rng.integers(0, 256, (150, 8), np.uint8)])
    batch.code[:] = code_of(name)
    loose = copy.deepcopy(batch)
    # Decoded for other actions, so fill in what this one takes.
    for row, raw in enumerate(rng.integers(0, 1000, 150)):
        loose.post[row], loose.user[row] = world.posts.base + raw % (len(world.posts) + 3) - 1, raw % 8 - 1
        loose.text[row] = raw % 5 - 1
    found = refusals(world, loose) | refusals(copy.deepcopy(lived), batch)
    offered = np.ones(256, np.bool_)
    offered[code_of(name)] = False
    world.rules = replace(world.rules, offered=offered)
    found |= refusals(world, loose)
    strict = copy.deepcopy(lived)
    strict.rules = replace(strict.rules, exclusive_votes=True, allow_self_rating=False)
    found |= refusals(strict, loose)
    outcomes = {outcome for _, outcome in found}
    assert name == "do_nothing" or Outcome.NOT_OFFERED in outcomes
    expected = {"post": Outcome.UNKNOWN_POST, "user": Outcome.UNKNOWN_USER}
    assert {expected[what] for what in all_actions()[name].takes if what in expected} <= outcomes


@settings(max_examples=60)
@given(histories(most_steps=3, most=12), st.lists(request_bytes, max_size=15))
def test_no_refusal_in_any_world_changes_a_byte(history: History, raw: list[bytes]) -> None:
    world = history.live().world
    refusals(world, decoded(world, raw))


# --- any cut is the whole -----------------------------------------------------------------------------------


def canonical_rows(batch: ActionBatch) -> np.ndarray:
    """Rows in the door's own order: kind by kind, and within a kind by actor and number."""
    place = np.array([ORDER[int(code)] for code in batch.code], np.int64)
    return np.lexsort((batch.n, batch.actor, place))


@settings(max_examples=80)
@given(
    histories(most_steps=2, most=12), st.lists(request_bytes, max_size=40), st.lists(st.integers(0, 40), max_size=6)
)
def test_requests_cut_anywhere_in_canonical_order_do_what_they_do_together(
    history: History, raw: list[bytes], cuts: list[int]
) -> None:
    # Between kinds, between actors of a kind, between requests of an actor: anywhere. What does not hold, and why:
    # an actor's requests of all kinds before another's are another order, in which a post may be gone before it is
    # liked. And a piece must not name what an earlier piece wrote, as in one call nobody could.
    whole, cut = history.live().world, history.live().world
    batch = decoded(whole, raw)
    rows = canonical_rows(batch)
    at_once = carry_out(whole, batch)
    bounds = sorted({0, len(rows), *(c for c in cuts if c < len(rows))})
    there = np.where(batch.post < cut.posts.end, batch.post, -1)
    batch = replace(batch, post=there)
    pieces = [
        carry_out(cut, batch.take(np.sort(rows[lo:hi]))) for lo, hi in pairwise(bounds)
    ]
    assert differences(dump(EventBatch.join(pieces)), dump(at_once)) == []
    assert differences(dump(cut), dump(whole)) == []


@settings(max_examples=40)
@given(histories(), st.integers(0, 2**32 - 1))
def test_no_arrival_order_shows(history: History, seed: int) -> None:
    # The same decisions, handed to the step in another order each time: as replies of remote workers arrive.
    rng = np.random.default_rng(seed)

    def shuffled(simulation):
        decide = simulation.mind.decide

        def late(*args):
            decided = decide(*args)
            rows = rng.permutation(len(decided.actions))
            return DecisionBatch(decided.actions.take(rows), decided.tier[rows])

        simulation.mind.decide = late
        return simulation

    def live(change):
        kept = Kept(dump)
        simulation = change(history.simulation(kept))
        simulation.found(history.seed_posts())
        for _ in history.steps:
            simulation.step()
        return kept

    plain, late = live(lambda s: s), live(shuffled)
    for one, two in zip(plain.records, late.records, strict=True):
        assert one.digest == two.digest
        assert differences(dump(one.events), dump(two.events)) == []
        assert differences(dump(one.decisions), dump(two.decisions)) == []
        assert [text for _, text in one.texts] == [text for _, text in two.texts]
    for one, two in zip(plain.seen, late.seen, strict=True):
        assert differences(one, two) == []


def test_two_decisions_of_one_name_are_refused() -> None:
    batch = ActionBatch.empty(3)
    batch.actor[:], batch.n[:] = [4, 2, 4], [1, 1, 1]
    decided = DecisionBatch(batch, np.full(3, TIERS.index("human"), np.uint8))
    with pytest.raises(ValueError, match="user 4 has two decisions numbered 1 in one step"):
        decided.canonical()


@given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 65_535)), unique=True, max_size=30))
def test_canonical_order_is_by_actor_and_number_whatever_was_there_before(names: list[tuple[int, int]]) -> None:
    batch = ActionBatch.empty(len(names))
    batch.actor[:], batch.n[:] = [a for a, _ in names], [n for _, n in names]
    decided = DecisionBatch(batch, np.arange(len(names)).astype(np.uint8))
    ordered = decided.canonical()
    assert list(zip(ordered.actions.actor.tolist(), ordered.actions.n.tolist(), strict=True)) == sorted(names)
    assert [names[tier] for tier in ordered.tier] == sorted(names)
    assert ordered.canonical() is ordered
