from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln

from simapp.engine.core.streams import Streams
from simapp.scenarios.network.barabasi_albert import barabasi_albert
from tests.scenarios.network.graphs import check_simple, reciprocity


def grow(users, mean, *, returned=0.0, exponent=3.0, seed=5):
    return barabasi_albert(users, mean, reciprocity=returned, exponent=exponent, streams=Streams(seed))


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 60), st.floats(0, 1), st.floats(0, 0.9), st.floats(2.05, 4), st.integers(0, 2**63 - 1))
def test_any_setting_gives_a_simple_graph_that_is_no_denser_than_asked(
    users, share, returned, exponent, seed
):
    mean = share * (users - 1)
    follower, followee = grow(users, mean, returned=returned, exponent=exponent, seed=seed)
    check_simple(follower, followee, users)
    assert follower.size <= users * (users - 1)


@pytest.mark.parametrize(("mean", "returned"), [(20, 0.25), (5, 0.0), (7.3, 0.4), (0.5, 0.1)])
def test_means_and_returned_follows_are_as_asked(mean, returned):
    users = 20_000
    follower, followee = grow(users, mean, returned=returned)
    check_simple(follower, followee, users)
    assert follower.size / users == pytest.approx(mean, rel=0.02)
    assert reciprocity(follower, followee, users) == pytest.approx(returned, abs=0.015)


@pytest.mark.parametrize(("m", "exponent"), [(5, 3.0), (5, 2.5), (10, 2.3)])
def test_followers_have_the_published_distribution(m, exponent):
    """Dorogovtsev, Mendes & Samukhin 2000, eq. 8: P(q) for attractiveness A = a m, a = exponent - 2."""
    users = 100_000
    _, followee = grow(users, m, exponent=exponent)
    followers = np.bincount(followee, minlength=users)
    a, q = exponent - 2, np.arange(30)
    expected = np.exp(
        np.log(1 + a)
        + gammaln((m + 1) * a + 1)
        - gammaln(m * a)
        + gammaln(q + m * a)
        - gammaln(q + 2 + (m + 1) * a)
    )
    measured = np.bincount(followers, minlength=30)[:30] / users
    assert np.abs(measured - expected).max() < 0.006
    # The tail, by maximum likelihood (Clauset, Shalizi & Newman 2009, eq. 3.7), finite size included.
    tail = followers[followers >= 20 * m]
    fitted = 1 + tail.size / np.log(tail / (20 * m - 0.5)).sum()
    assert fitted == pytest.approx(exponent, abs=0.25)


def test_a_smaller_exponent_gives_larger_hubs():
    hubs = [np.bincount(grow(20_000, 10, exponent=e)[1]).max() for e in (2.2, 2.5, 3.0)]
    assert hubs[0] > 2 * hubs[1] > 4 * hubs[2]


def test_who_is_followed_does_not_depend_on_the_users_number():
    users = 20_000
    _, followee = grow(users, 10)
    followers = np.bincount(followee, minlength=users)
    half = followers[: users // 2].sum() / followers.sum()
    assert half == pytest.approx(0.5, abs=0.03)


def test_the_same_seed_gives_the_same_follows_and_another_seed_others():
    one, same, other = grow(2_000, 8), grow(2_000, 8), grow(2_000, 8, seed=6)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_full_small_population_is_complete():
    follower, _ = grow(6, 5)
    assert follower.size == 30
