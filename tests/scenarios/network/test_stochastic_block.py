from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.streams import Streams
from simapp.scenarios.network.stochastic_block import assign_blocks, stochastic_block
from tests.scenarios.network.graphs import check_simple


def mixed(block, mean, homophily, seed=5):
    return stochastic_block(np.asarray(block, np.int32), mean, homophily=homophily, streams=Streams(seed))


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=40),
    st.floats(0, 50),
    st.floats(0, 1),
    st.integers(0, 99),
)
def test_any_blocks_give_a_simple_graph(block, mean, homophily, seed):
    check_simple(*mixed(block, mean, homophily, seed), len(block))


@pytest.mark.parametrize(("homophily", "sizes"), [(0.8, (0.5, 0.5)), (0.3, (0.1, 0.6, 0.3)), (1.0, (1, 1))])
def test_the_share_of_follows_inside_a_block_is_as_asked(homophily, sizes):
    block = assign_blocks(20_000, sizes, Streams(2))
    follower, followee = mixed(block, 15, homophily)
    check_simple(follower, followee, 20_000)
    assert follower.size / 20_000 == pytest.approx(15, rel=0.02)
    assert np.mean(block[follower] == block[followee]) == pytest.approx(homophily, abs=0.006)


def test_the_number_of_followees_is_poisson():
    follower, _ = mixed(np.zeros(20_000), 9, 1.0)
    degree = np.bincount(follower, minlength=20_000)
    assert degree.mean() == pytest.approx(9, rel=0.02)
    assert degree.var() == pytest.approx(9, rel=0.04)


def test_targets_are_uniform_within_their_part():
    block = np.repeat([0, 1], [200, 800])
    follower, followee = np.concatenate([mixed(block, 50, 0.5, seed) for seed in range(20)], axis=1)
    for part, users in ((0, 200), (1, 800)):
        received = np.bincount(followee[block[follower] == 1], minlength=1000)[block == part]
        assert received.size == users
        z = (received - received.mean()) / np.sqrt(received.mean())
        assert np.abs(z).max() < 5


def test_block_sizes_follow_their_shares():
    block = assign_blocks(50_000, (1, 2, 5), Streams(9))
    assert np.bincount(block) / 50_000 == pytest.approx([0.125, 0.25, 0.625], abs=0.01)


def test_users_without_insiders_or_without_outsiders_follow_the_rest():
    alone, lumped = mixed([0, 1, 1, 1], 2, 1.0), mixed([0, 0, 0, 0], 2, 0.0)
    assert 0 in alone[0]
    assert lumped[0].size > 0


def test_threads_and_batches_do_not_show(monkeypatch):
    block = assign_blocks(40_000, (1, 1), Streams(2))
    monkeypatch.setenv("SOCIARIUM_THREADS", "1")
    one = mixed(block, 6, 0.7)
    monkeypatch.setenv("SOCIARIUM_THREADS", "3")
    assert np.array_equal(one, mixed(block, 6, 0.7))
