"""The gap between drawn and individual decisions, and its null."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.answers import Deed
from agents.archetypes.fidelity import ALL, CATEGORIES, Fidelity, divergence, said
from agents.archetypes.grouping import ByAttributes
from agents.minds.archetype import ArchetypeMind
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.agents.archetypes.askers import CODES, WRITING, Said, crowd, varied

AGES = ByAttributes(("age",))


def compare(individual, users: int = 1200, steps: int = 1, **more):
    """Decide a crowd, compare a share with `individual` and return (gaps, world)."""
    world, feed = crowd(users)
    mind = ArchetypeMind(CODES, WRITING, "test", grouping=AGES)
    fidelity = Fidelity(CODES, **{"share": 0.5, "most": 10**6, "swaps": 200, **more})
    for _ in range(steps):
        world.step += 1
        drawn = mind.decide(world, feed, Streams(5), Workers(), Said(varied)).actions
        fidelity.take(world, feed, drawn, individual(mind), Streams(5))
    return fidelity.gaps(world, AGES.labels(world), Streams(5)), world


def same_law(mind):
    """Individuals who act by the very distribution, under draws of their own."""
    return lambda world, feed: mind.decide(world, feed, Streams(77), Workers(), Said(varied)).actions


def idle(mind):
    def decide(world, feed):
        batch = ActionBatch.empty(len(feed))
        batch.actor[:], batch.code[:] = feed.viewers, CODES["do_nothing"]
        return batch

    return decide


def silent(mind):
    return lambda world, feed: ActionBatch.empty()


counts = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(lambda c: sum(c) > 0).map(np.array)


@given(counts, counts)
@settings(max_examples=60, deadline=None)
def test_the_divergence_is_symmetric_between_0_and_1_and_0_for_the_same_frequencies(p, q) -> None:
    js = float(divergence(p, q))
    assert 0 <= js <= 1
    assert js == pytest.approx(float(divergence(q, p)), abs=1e-12)
    assert float(divergence(p, 3 * p)) == pytest.approx(0, abs=1e-12)


def test_the_divergence_of_known_frequencies_is_the_published_one() -> None:
    # Disjoint supports: 1 bit. One half against certainty: H(3/4, 1/4) - 1/2.
    assert float(divergence(np.array([4, 0]), np.array([0, 9]))) == 1.0
    expected = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25)) - 0.5
    assert float(divergence(np.array([5, 5]), np.array([3, 0]))) == pytest.approx(expected)
    assert np.isnan(divergence(np.array([0, 0]), np.array([1, 0])))


def test_individuals_who_act_like_their_group_show_no_more_gap_than_noise() -> None:
    gaps, _ = compare(same_law)
    together = gaps[0]
    assert together.group == ALL
    assert together.visits > 500
    assert together.js < together.high * 1.5
    assert together.js < 0.01
    assert together.p > 0.01


def test_individuals_who_act_otherwise_show_a_gap_beyond_its_null() -> None:
    gaps, _ = compare(idle)
    for gap in gaps:
        if gap.visits > 50:
            assert gap.js > 3 * gap.high
            assert gap.p == pytest.approx(1 / 201)


def test_a_sample_size_is_about_the_share_and_measuring_changes_no_decision() -> None:
    gaps, world = compare(same_law, share=0.02, users=3000)
    assert 30 < gaps[0].visits < 95
    other, feed = crowd(3000)
    other.step = world.step
    mind = ArchetypeMind(CODES, WRITING, "test", grouping=AGES)
    plain = mind.decide(other, feed, Streams(5), Workers(), Said(varied)).actions
    measured = mind.decide(world, feed, Streams(5), Workers(), Said(varied)).actions
    assert all(
        np.array_equal(getattr(plain, c), getattr(measured, c), equal_nan=c == "stance") for c in vars(plain)
    )


def test_the_calls_of_a_step_are_bounded_in_large_worlds() -> None:
    gaps, _ = compare(idle, share=0.5, users=4000, most=100)
    assert 60 < gaps[0].visits < 145


def test_what_individuals_said_is_counted_by_user_and_the_silent_are_left_out() -> None:
    users = np.array([3, 5, 8], np.int32)
    batch = said(users, [(Deed("like_post", 1), Deed("follow", 2)), (), None], CODES)
    assert batch.actor.tolist() == [3, 3, 5]
    counted = Fidelity(CODES).counts(batch, users)
    assert [dict(zip(CATEGORIES, row.tolist(), strict=True)) for row in counted] == [
        {name: int(name in acts) for name in CATEGORIES}
        for acts in (("like_post", "follow"), ("do_nothing",), ())
    ]
    assert len(said(users[:0], [], CODES)) == 0


def test_visits_whose_model_abstained_are_not_compared_but_counted() -> None:
    gaps, world = compare(silent)
    assert all(gap.visits == 0 and gap.js is None for gap in gaps)
    assert int(world.extra["archetype/pairs_silent"][0]) > 500


def test_memory_is_flat_however_many_visits_are_compared() -> None:
    gaps, world = compare(idle, users=300, steps=4, window=32)
    assert [gap.visits for gap in gaps] == [96, 32, 32, 32, 0]
    assert world.extra["archetype/pairs"].shape == (4, 32, 2, len(CATEGORIES))
