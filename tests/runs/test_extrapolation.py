"""Estimates from a few replies: intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.runs.extrapolation import Estimate, reached_at, seconds_of, total


@pytest.mark.parametrize(("calls", "spread"), [(5, 30.0), (20, 30.0), (20, 120.0)])
def test_ninety_five_of_a_hundred_intervals_hold(calls: int, spread: float) -> None:
    draw = np.random.default_rng(7)
    held = 0
    for _ in range(1000):
        sample = draw.normal(600.0, spread, calls)
        questions = draw.poisson(500)
        took = draw.normal(600.0, spread, questions).sum()
        low, high = total(sample.tolist(), 500.0, 500.0).interval
        held += bool(low <= took <= high)
    assert 930 <= held <= 985


def test_replies_that_are_all_alike_leave_only_the_spread_of_their_number() -> None:
    low, high = total([100.0] * 20, 400.0, 400.0).interval
    assert low == pytest.approx(40_000 - 1.96 * 2000, rel=1e-3)
    assert high == pytest.approx(40_000 + 1.96 * 2000, rel=1e-3)


def test_what_is_known_for_sure_has_no_interval_and_nothing_falls_below_zero() -> None:
    assert total([50.0, 50.0], 204.0, 0.0).as_list() == [10_200.0] * 3
    assert total([1.0, 300.0], 5.0, 4.0).as_list()[0] == 0.0


def test_sums_add_up() -> None:
    one, two = total([10.0, 12.0, 14.0], 100.0, 50.0), Estimate(7.0)
    assert (one + two).amount == one.amount + 7
    assert (one + two).variance == one.variance


def test_a_step_waits_for_an_endpoint_once_and_then_as_often_as_it_is_full() -> None:
    few, many = np.full(10, 20.0), np.full(10, 80.0)
    assert seconds_of(few, 0.0, [2.0] * 8, 8, batched=False).amount == pytest.approx(10 * 2.0 * 20 / 8)
    assert seconds_of(many, 0.0, [2.0] * 8, 8, batched=False).amount == pytest.approx(10 * 2.0 * 10)
    assert seconds_of(np.full(10, 5.0), 0.0, [2.0] * 8, 8, batched=False).amount == pytest.approx(
        20.0, rel=0.01
    )
    # Seldom asked: most steps do not wait at all.
    assert seconds_of(np.full(10, 0.1), 0.0, [2.0] * 8, 8, batched=False).amount == pytest.approx(
        1.9, rel=0.01
    )
    assert seconds_of(many, 0.0, [0.5, 1.0, 4.0], 1, batched=True).amount == pytest.approx(800 * 4 / 3)


def test_the_step_in_which_a_limit_is_passed_is_found() -> None:
    used = np.full(10, 100.0)
    assert reached_at(used, 250.0) == 3
    assert reached_at(used, 300.0) == 4
    assert reached_at(used, 1000.0) is None
