"""Spread, bimodality and camps of one topic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simapp.metrics.bimodality_coefficient import coefficient
from simapp.metrics.view import Spread
from tests.metrics.views import measured, view_of

opinions = st.lists(st.floats(-1, 1, width=32), min_size=0, max_size=60)


def spread_of(x: np.ndarray) -> Spread:
    """Moments of values on any scale (shown opinions are limited to [-1, 1])."""
    d = x - x.mean()
    return Spread(x.shape[0], *(float((d**p).mean()) for p in (2, 3, 4)), above=0, below=0)


def draws(name: str) -> np.ndarray:
    rng = np.random.default_rng(20_261_122)
    return {
        "uniform": lambda: rng.uniform(-1, 1, 100_000),
        "normal": lambda: rng.normal(size=100_000),
        "exponential": lambda: rng.exponential(size=100_000),
        "laplace": lambda: rng.laplace(size=100_000),
    }[name]()


@pytest.mark.parametrize(
    # Four standard errors of one sample of 100,000; heavy tails have the wider ones.
    ("shape", "expected", "tolerance"),
    [
        ("uniform", 0.556, 0.004),
        ("normal", 0.334, 0.007),
        ("exponential", 0.56, 0.03),
        ("laplace", 0.167, 0.012),
    ],
)
def test_bimodality_of_known_shapes(shape: str, expected: float, tolerance: float) -> None:
    assert coefficient(spread_of(draws(shape))) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("positive", [50_000, 90_000])
def test_two_points_score_the_maximum_even_as_a_90_to_10_consensus(positive: int) -> None:
    x = np.where(np.arange(100_000) < positive, 0.5, -0.5)
    assert measured("bimodality_coefficient", view_of(x)).value == pytest.approx(1.0, abs=1e-4)


@settings(deadline=None)
@given(values=opinions)
def test_bimodality_agrees_with_the_corrected_moments_of_scipy(values: list[float]) -> None:
    x = np.asarray(values, np.float32)
    value = measured("bimodality_coefficient", view_of(x)).value
    if x.shape[0] < 4 or x.min() == x.max():
        assert value is None
        return
    n = x.shape[0]
    # scipy calls a spread near the rounding of float64 constant; shown opinions are coarser than that.
    if np.std(x.astype(float)) < 1e-7:
        return
    g = stats.skew(x.astype(float), bias=False)
    k = stats.kurtosis(x.astype(float), bias=False)
    assert value == pytest.approx((g * g + 1) / (k + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))), rel=1e-6)
    assert 0.0 <= value <= 1.0


@pytest.mark.parametrize("values", [[], [0.3], [0.1, 0.2, 0.9], [0.1] * 50])
def test_bimodality_is_missing_with_fewer_than_four_users_or_without_variance(values: list[float]) -> None:
    point = measured("bimodality_coefficient", view_of(values))
    assert point.value is None
    assert point.null == pytest.approx(5 / 9)


@settings(deadline=None)
@given(values=opinions)
def test_spread_is_the_population_variance(values: list[float]) -> None:
    x = np.asarray(values, np.float32)
    value = measured("opinion_variance", view_of(x)).value
    if not values:
        assert value is None
    elif x.min() == x.max():
        assert value == 0.0
    else:
        assert value == pytest.approx(x.astype(float).var(), rel=1e-9, abs=1e-300)
        assert 0.0 <= value <= 1.0


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.7], 0.0), ([0.1] * 30, 0.0), ([-1, 1], 1.0), ([-1] * 7 + [1] * 7, 1.0), ([-0.5, 0.5], 0.25)],
)
def test_spread_of_worlds_one_can_work_out_by_hand(values: list[float], expected: float) -> None:
    assert measured("opinion_variance", view_of(values)).value == expected


def test_spread_of_evenly_spread_opinions_is_its_null() -> None:
    point = measured("opinion_variance", view_of(np.linspace(-1, 1, 20_001)))
    assert point.value == pytest.approx(point.null, abs=1e-4)


def test_camp_share_counts_users_above_zero_among_all_users() -> None:
    assert measured("camp_share", view_of([0.5, 0.1, 0.0, -0.2])).value == 0.5
    assert measured("camp_share", view_of([0.0])).value == 0.0
    assert measured("camp_share", view_of([])).value is None


def test_the_primary_topic_is_measured_unless_another_is_named() -> None:
    view = view_of(np.array([[1.0, 0.2], [-1.0, 0.2]]))
    assert measured("opinion_variance", view).value == 1.0
    other = view_of(np.array([[1.0, 0.2], [-1.0, 0.2]]))
    other.topic = 1
    assert measured("opinion_variance", other).value == 0.0
