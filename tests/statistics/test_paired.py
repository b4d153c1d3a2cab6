"""Paired differences: exact where theory is, as scipy where scipy has it, near nominal where only simulation tells."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simapp.statistics.adjust import holm
from simapp.statistics.bands import band
from simapp.statistics.intervals import RESAMPLES, bca_interval, t_interval
from simapp.statistics.paired import compare, unbias
from simapp.statistics.planning import replicates_needed
from simapp.statistics.signflip import FLIPS, sign_flip

# Values as metrics have them: of moderate size, on a grid, so that ties happen.
values = st.lists(st.integers(-1000, 1000).map(lambda n: n / 64), min_size=2, max_size=12)


def source(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_two_arms_that_do_the_same_differ_by_exactly_nothing() -> None:
    same = source(1).normal(size=12)
    found = compare(same, same.copy())
    assert (found.mean, found.t, found.bca, found.spread) == (0.0, (0.0, 0.0), (0.0, 0.0), 0.0)
    assert found.test is not None
    assert found.test.p == 1.0
    assert found.d_z is None, "an effect of no spread is not defined"
    assert found.g is None


def test_the_t_interval_is_scipys() -> None:
    sample = source(2).exponential(size=9)
    theirs = stats.ttest_1samp(sample, 0.0).confidence_interval(0.95)
    assert t_interval(sample) == pytest.approx((theirs.low, theirs.high))


def test_the_bootstrap_interval_is_scipys_but_for_its_resamples() -> None:
    sample = source(3).exponential(size=25)
    theirs = stats.bootstrap(
        (sample,), np.mean, n_resamples=RESAMPLES, method="BCa", rng=source(4), batch=500
    ).confidence_interval
    assert bca_interval(sample) == pytest.approx((theirs.low, theirs.high), abs=0.02)


@pytest.mark.parametrize("n", [2, 5, 9])
def test_the_exact_test_is_scipys(n: int) -> None:
    sample = source(5).normal(0.4, 1.0, size=n)
    theirs = stats.permutation_test(
        (sample,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=False
    )
    ours = sign_flip(sample)
    assert ours is not None
    assert ours.exact
    assert ours.flips == 2**n
    assert ours.p == pytest.approx(theirs.pvalue)


def test_above_fifteen_differences_flips_are_drawn_and_p_is_never_zero() -> None:
    strong = sign_flip(np.full(40, 3.0) + source(6).normal(size=40))
    assert strong is not None
    assert (strong.exact, strong.flips, strong.p) == (False, FLIPS, 1 / (FLIPS + 1))
    sample = source(7).normal(0.3, 1.0, size=16)
    drawn, normal = sign_flip(sample), stats.ttest_1samp(sample, 0.0).pvalue
    assert drawn is not None
    assert drawn.p == pytest.approx(normal, abs=0.03)
    assert sign_flip(sample) == drawn, "the same differences give the same p"


def test_nineteen_of_twenty_t_intervals_hold_the_truth() -> None:
    draws = source(8).normal(0.7, 2.0, size=(4000, 8))
    held = [low <= 0.7 <= high for low, high in (t_interval(row) or (0, 0) for row in draws)]
    # Four standard errors of a share of 0.95 in 4000.
    assert np.mean(held) == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 4000))


def test_the_bootstrap_interval_is_near_nominal_at_thirty_pairs() -> None:
    draws = source(9).exponential(size=(600, 30))
    held = [low <= 1.0 <= high for low, high in (bca_interval(row) or (0, 0) for row in draws)]
    assert 0.90 <= np.mean(held) <= 0.975


def test_p_is_uniform_where_nothing_differs() -> None:
    found = [sign_flip(row) for row in source(10).standard_t(3, size=(1500, 10))]
    p = np.array([one.p for one in found if one])
    for level in (0.01, 0.05, 0.1, 0.25, 0.5):
        assert np.mean(p <= level) == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / p.shape[0]))


@given(values, st.randoms(use_true_random=False))
def test_the_order_of_pairs_changes_nothing(sample: list[float], chance: object) -> None:
    a = np.array(sample)
    b = a[::-1] * 0.5
    order = np.array(chance.sample(range(len(sample)), len(sample)))  # type: ignore[attr-defined]
    one, other = compare(a, b), compare(a[order], b[order])
    assert one.test == other.test
    assert one.mean == pytest.approx(other.mean, abs=1e-12)
    assert one.t == pytest.approx(other.t, abs=1e-9)


@given(values)
def test_which_arm_is_the_control_changes_the_sign_alone(sample: list[float]) -> None:
    a = np.array(sample)
    b = np.cos(a)
    one, other = compare(a, b), compare(b, a)
    assert one.mean == pytest.approx(-(other.mean or 0.0), abs=1e-12)
    assert one.t is not None
    assert other.t is not None
    assert one.t == pytest.approx((-other.t[1], -other.t[0]), abs=1e-9)
    assert one.test == other.test


@given(values, st.integers(-50, 50))
def test_what_both_arms_gain_alike_is_no_difference(sample: list[float], gain: int) -> None:
    a = np.array(sample)
    b = a[::-1].copy()
    assert compare(a + gain, b + gain).mean == pytest.approx(compare(a, b).mean, abs=1e-9)


def test_a_missing_value_takes_its_pair_along_and_no_other() -> None:
    control, arm = np.array([1.0, np.nan, 3.0, 4.0]), np.array([2.0, 5.0, np.nan, 4.5])
    found = compare(control, arm)
    assert (found.n, found.mean) == (2, 0.75)
    assert compare(np.array([np.nan]), np.array([1.0])).mean is None


def test_effect_sizes_are_those_of_the_books() -> None:
    control, arm = np.zeros(4), np.array([1.0, 2.0, 3.0, 4.0])
    found = compare(control, arm)
    assert found.d_z == pytest.approx(2.5 / np.std([1, 2, 3, 4], ddof=1))
    # Hedges 1981: J is near 1 - 3 / (4 df - 1).
    assert [unbias(df) for df in (2, 9, 50)] == pytest.approx([1 - 3 / (4 * df - 1) for df in (2, 9, 50)], abs=0.02)


def test_holm_multiplies_the_smallest_most_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, None]) == pytest.approx([0.03, 0.06, 0.06, None])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_the_closed_test_of_bonferroni(p: list[float]) -> None:
    """Hypothesis i falls at level a exactly when every set of hypotheses with it falls after Bonferroni."""
    closed = [
        max(
            min(1.0, len(chosen) * min(p[j] for j in chosen))
            for size in range(1, len(p) + 1)
            for chosen in itertools.combinations(range(len(p)), size)
            if i in chosen
        )
        for i in range(len(p))
    ]
    assert holm(p) == pytest.approx(closed)


@pytest.mark.parametrize(("spread", "half"), [(1.0, 0.5), (0.3, 0.01), (2.0, 5.0)])
def test_the_replicates_needed_suffice_and_one_less_does_not(spread: float, half: float) -> None:
    n = replicates_needed(spread, half)
    assert n is not None

    def width(k: int) -> float:
        return float(stats.t.ppf(0.975, k - 1) * spread / np.sqrt(k))

    assert width(n) <= half
    assert n == 2 or width(n - 1) > half
    assert replicates_needed(0.0, half) == 2
    assert replicates_needed(1.0, 1e-9) is None


def test_a_band_is_the_interval_of_each_step_and_missing_values_are_left_out() -> None:
    series = source(11).normal(size=(6, 4))
    series[2, 1] = series[:, 3] = np.nan
    series[0, 3] = 1.0
    found = band(series)
    whole = t_interval(series[:, 0])
    assert whole is not None
    assert (found.low[0], found.high[0]) == pytest.approx(whole)
    assert found.n.tolist() == [6, 5, 6, 1]
    assert found.mean[3] == 1.0
    assert np.isnan(found.low[3]), "one series has no interval"
    lowest = band(series, "range")
    assert (lowest.low[1], lowest.high[1]) == (np.nanmin(series[:, 1]), np.nanmax(series[:, 1]))
    assert np.isnan(band(np.zeros((0, 2))).mean).all()
