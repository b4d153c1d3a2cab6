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
    """The nearest distribution with one mode: the best over all places that the mode may have.

    The mode lies between two points, or at one, where G may jump.
    """
    points, counts = np.unique(x, return_counts=True)
    after = np.cumsum(counts) / x.shape[0]
    before = after - counts / x.shape[0]
    return min(nearest(points, before, after, mode // 2, mode % 2 == 0) for mode in range(2 * points.shape[0] - 1))


def nearest(points: np.ndarray, before: np.ndarray, after: np.ndarray, at: int, jump: bool) -> float:
    """The distance to the nearest G whose mode is at a point (jump) or between it and the next, by a linear program.

    Unknown are G before and after each point (2 i and 2 i + 1), equal but at a mode, and the distance (the last).
    """
    k = points.shape[0]
    rows: list[dict[int, float]] = []
    limits: list[float] = []

    def less(terms: dict[int, float], limit: float = 0.0) -> None:
        rows.append(terms)
        limits.append(limit)

    for i in range(k):
        for place, value in ((2 * i, before[i]), (2 * i + 1, after[i])):
            less({place: -1.0, 2 * k: -1.0}, -value)
            less({place: 1.0, 2 * k: -1.0}, value)
        less({2 * i: 1.0, 2 * i + 1: -1.0})
        if not (jump and i == at):
            less({2 * i: -1.0, 2 * i + 1: 1.0})
        if i + 1 < k:
            less({2 * i + 1: 1.0, 2 * i + 2: -1.0})
    for i in range(k - 2):
        one, two = points[i + 1] - points[i], points[i + 2] - points[i + 1]
        # The slope of the second gap less that of the first.
        change = {2 * i + 4: 1 / two, 2 * i + 3: -1 / two, 2 * i + 2: -1 / one, 2 * i + 1: 1 / one}
        # Slopes rise up to the mode and fall after it; the one across a mode between two points is the steepest.
        if i + 2 <= at + (not jump):
            less({place: -factor for place, factor in change.items()})
        if i >= at:
            less(change)
    matrix = np.zeros((len(rows), 2 * k + 1))
    for row, terms in zip(matrix, rows, strict=True):
        row[list(terms)] = list(terms.values())
    found = linprog(np.eye(2 * k + 1)[-1], matrix, limits, bounds=[(0, 1)] * (2 * k + 1))
    return found.fun if found.success else 1.0


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
