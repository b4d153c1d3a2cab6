"""Whether opinions have one peak."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from simapp.metrics.dip import dip_of
from simapp.metrics.files import Files
from simapp.metrics.registry import metric_named


def by_definition(x: np.ndarray) -> float:
    """The nearest distribution with one mode, by a linear program for each place of the mode."""
    x = np.sort(x)
    points, counts = np.unique(x, return_counts=True)
    k, n = points.shape[0], x.shape[0]
    after = np.cumsum(counts) / n
    before = after - counts / n
    best = 1.0
    # The mode lies between two points, or at one, where G may jump: then it has a value before and one after.
    for mode in range(2 * k - 1):
        at, jump = mode // 2, mode % 2 == 0
        # Unknown: G before and G after each point (equal but at the mode), and the distance.
        rows, limits, equal = [], [], []

        def g(i: int, late: bool, k: int = k) -> int:
            return 2 * i + late

        def less(pairs: list[tuple[int, float]], limit: float) -> None:
            row = np.zeros(2 * k + 1)
            for place, factor in pairs:
                row[place] += factor
            rows.append(row)
            limits.append(limit)

        for i in range(k):
            less([(g(i, False), -1.0), (2 * k, -1.0)], -before[i])
            less([(g(i, False), 1.0), (2 * k, -1.0)], before[i])
            less([(g(i, True), -1.0), (2 * k, -1.0)], -after[i])
            less([(g(i, True), 1.0), (2 * k, -1.0)], after[i])
            less([(g(i, False), 1.0), (g(i, True), -1.0)], 0.0)
            if not (jump and i == at):
                row = np.zeros(2 * k + 1)
                row[g(i, False)], row[g(i, True)] = 1.0, -1.0
                equal.append(row)
            if i + 1 < k:
                less([(g(i, True), 1.0), (g(i + 1, False), -1.0)], 0.0)
        for i in range(k - 2):
            one, two = points[i + 1] - points[i], points[i + 2] - points[i + 1]
            # Slopes rise up to the mode and fall after it; the one across a mode between two points is the steepest.
            first = [(g(i + 1, False), 1 / one), (g(i, True), -1 / one)]
            second = [(g(i + 2, False), 1 / two), (g(i + 1, True), -1 / two)]
            if i + 2 <= at + (not jump):
                less(first + [(p, -f) for p, f in second], 0.0)
            if i >= at:
                less(second + [(p, -f) for p, f in first], 0.0)
        cost = np.zeros(2 * k + 1)
        cost[-1] = 1.0
        found = linprog(
            cost, np.array(rows), limits, np.array(equal) if equal else None, np.zeros(len(equal)) if equal else None,
            bounds=[(0, 1)] * (2 * k + 1),
        )  # fmt: skip
        best = min(best, found.fun) if found.success else best
    return best


@settings(max_examples=30)
@given(values=st.lists(st.integers(0, 1000), min_size=4, max_size=9, unique=True))
def test_the_dip_is_the_distance_to_the_nearest_distribution_with_one_mode(values: list[int]) -> None:
    x = np.array(values, np.float64)
    assert dip_of(x) == pytest.approx(by_definition(x), abs=1e-7)


@given(values=st.lists(st.floats(-1, 1, width=16), min_size=4, max_size=60), shift=st.floats(-3, 3, width=16))
def test_the_dip_lies_in_its_range_and_takes_no_notice_of_scale(values: list[float], shift: float) -> None:
    x = np.array(values, np.float64)
    found = dip_of(x)
    if x.min() == x.max():
        assert found is None
        return
    assert 1 / (2 * x.shape[0]) <= found <= 0.25
    assert dip_of(-x) == pytest.approx(found, abs=1e-9)
    assert dip_of(2.0 * x + shift) == pytest.approx(found, abs=1e-6)


def test_two_equal_points_have_the_largest_dip() -> None:
    assert dip_of(np.repeat([-1.0, 1.0], 50)) == pytest.approx(0.25)
    assert dip_of(np.arange(10.0)) == pytest.approx(0.05)
    assert dip_of(np.array([1.0, 2.0, 3.0])) is None


def test_two_camps_stand_far_from_what_one_peak_could_give() -> None:
    rng = np.random.default_rng(8)
    camps = np.concatenate([rng.normal(-0.6, 0.1, 300), rng.normal(0.6, 0.1, 300)]).clip(-1, 1)
    one = rng.normal(0, 0.3, 600).clip(-1, 1)
    of_camps = metric_named("dip").score(Files(opinions=camps, draws=20))
    of_one = metric_named("dip").score(Files(opinions=one, draws=20))
    assert of_camps.z > 10
    assert of_one.z < 2
    assert of_camps.value > 3 * of_camps.null_mean
