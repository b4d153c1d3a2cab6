"""What is estimated from replies and prior, and the draws of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.archetypes.contexts import AGAINST, AGREE, CONTEXTS, UNKNOWN, agreements, context, label
from agents.archetypes.drawing import response
from agents.archetypes.estimate import Estimate, rule_prior
from agents.deeds import DEEDS
from agents.minds.rules import Rates

PRIOR = rule_prior(Rates(), 0.7, 0.03)


def made(masks: list[int], answered: int) -> Estimate:
    """One group whose every context got these replies."""
    blank = Estimate.blank(np.zeros(1, np.int32), 1, len(masks), np.ones(1), 1, 0)
    told = np.tile(np.array(masks, np.uint8), (1, CONTEXTS, 1))
    return replace(blank, masks=told, answered=np.full((1, CONTEXTS), answered, np.int32))


@given(st.lists(st.integers(0, 255), min_size=1, max_size=6), st.floats(0.05, 20))
@settings(max_examples=60, deadline=None)
def test_no_number_of_replies_makes_a_deed_certain_or_impossible(masks: list[int], weight: float) -> None:
    chances = made(masks, len(masks)).chances(PRIOR, weight)
    assert bool(((chances > 0) & (chances < 1)).all())


def test_the_chance_of_a_deed_is_its_share_of_replies_and_prior() -> None:
    chances = made([1, 1 | 4, 0, 255], 3).chances(PRIOR, 2.0)  # the fourth reply was never given
    assert chances[0, 0, 0] == pytest.approx((2 + 2 * PRIOR[0, 0]) / 5)
    assert chances[0, 0, 2] == pytest.approx((1 + 2 * PRIOR[0, 2]) / 5)


@given(st.lists(st.integers(0, 255), min_size=4, max_size=4), st.integers(0, 4), st.floats(0.2, 5))
@settings(max_examples=20, deadline=None)
def test_draws_have_the_estimated_chances(masks: list[int], answered: int, weight: float) -> None:
    edges = np.cumsum(PRIOR, axis=1)
    u = (np.arange(4000) + 0.5) / 4000
    told = np.array(masks, np.uint8)
    drawn = np.array([response(x, told, answered, weight, edges[0]) for x in u])
    shares = ((drawn[:, None] >> np.arange(len(DEEDS))) & 1).mean(axis=0)
    assert np.abs(shares - made(masks, answered).chances(PRIOR, weight)[0, 0]).max() < 0.002


def test_the_prior_is_the_rule_mind_in_the_middle_of_the_context() -> None:
    agree, against = AGREE * 4, AGAINST * 4
    like, dislike = DEEDS.index("like_post"), DEEDS.index("dislike_post")
    assert PRIOR[agree, like] == pytest.approx(0.02 * np.exp(-0.2 / 0.7))
    assert PRIOR[against, like] < PRIOR[agree, like] / 4
    assert PRIOR[against, dislike] > PRIOR[agree, dislike]
    assert bool((PRIOR > 0).all())
    assert float(PRIOR.sum(axis=1).max()) < 0.1


def test_rates_that_leave_no_room_for_nothing_are_scaled() -> None:
    greedy = rule_prior(Rates(**dict.fromkeys(DEEDS, 1.0)), 0.7, 1.0)
    assert float(greedy.sum(axis=1).max()) == pytest.approx(0.95)


def test_contexts_have_names_of_their_own() -> None:
    assert len({label(c) for c in range(CONTEXTS + 1)}) == CONTEXTS + 1
    assert label(CONTEXTS) == "visit"
    assert context(UNKNOWN * 4 + 3).label == "unknown, popular, followed"
    out = np.zeros(4, np.uint8)
    agreements(np.array([0.39, 0.4, 1.0, np.nan]), out)
    assert out.tolist() == [0, 1, 2, 3]


def test_a_group_that_never_answered_writes_as_the_rules_say() -> None:
    assert made([0], 0).writing(1.0).tolist() == [1.0]
