from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import shortest_path

from simapp.engine.core.streams import Streams
from simapp.scenarios.network.watts_strogatz import watts_strogatz
from tests.scenarios.network.graphs import adjacency, check_simple, mean_clustering, reciprocity


def ring(users, mean, rewire, seed=5):
    return watts_strogatz(users, mean, rewire=rewire, streams=Streams(seed))


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 50), st.floats(0, 1), st.floats(0, 1), st.integers(0, 1000))
def test_any_setting_gives_a_simple_graph_of_friendships(users, share, rewire, seed):
    follower, followee = ring(users, share * (users - 1), rewire, seed)
    check_simple(follower, followee, users)
    if follower.size:
        assert reciprocity(follower, followee, users) == 1.0


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 60), st.integers(1, 10), st.floats(0, 1))
def test_rewiring_keeps_the_number_of_follows(users, half, rewire):
    half = min(half, (users - 1) // 2)
    assert ring(users, 2.0 * half, rewire)[0].size == 2 * half * users


@pytest.mark.parametrize("users", [6, 7])
def test_a_full_small_population_is_complete(users):
    assert ring(users, users - 1, 0.5)[0].size == users * (users - 1)


def test_a_mean_that_is_no_even_number_is_met_on_average():
    assert ring(50_000, 7.4, 0.1)[0].size / 50_000 == pytest.approx(7.4, rel=0.01)


@pytest.mark.parametrize("rewire", [0.0, 0.05, 0.2])
def test_clustering_falls_as_theory_says(rewire):
    """Barrat & Weigt 2000: C(p) = C(0) (1 - p)**3, C(0) = 3 (k - 2) / (4 (k - 1))."""
    k = 12
    expected = 3 * (k - 2) / (4 * (k - 1)) * (1 - rewire) ** 3
    assert mean_clustering(*ring(5_000, k, rewire), 5_000) == pytest.approx(expected, abs=0.015)


def test_a_fully_rewired_ring_has_the_clustering_of_a_random_graph():
    assert mean_clustering(*ring(5_000, 12, 1.0), 5_000) < 0.01


def test_a_few_rewired_ties_make_the_world_small():
    users, k = 1_000, 10
    regular, small = (
        shortest_path(adjacency(*ring(users, k, p), users), unweighted=True)[:50].mean() for p in (0.0, 0.1)
    )
    assert regular == pytest.approx(users / (2 * k), rel=0.05)
    assert small < 5


def test_a_share_of_the_ties_is_rewired():
    users, half = 10_000, 5
    first, second = ring(users, 2 * half, 0.3)
    distance = np.abs(first.astype(int) - second)
    distance = np.minimum(distance, users - distance)
    assert np.mean(distance > half) == pytest.approx(0.3, abs=0.01)
