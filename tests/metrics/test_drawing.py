"""Drawing a graph: communities, places and samples."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core.threads import Workers
from simapp.metrics.drawing.communities import louvain
from simapp.metrics.drawing.layout import lay_out
from simapp.metrics.drawing.quadtree import repel, tree_of
from simapp.metrics.drawing.sample import MOST_NODES, Sample, chosen, edge_bound


def planted(groups: int, each: int, inside: int, between: int):
    """Random edges int32[M] within groups of equal size, and a few between them."""
    random = np.random.default_rng(5)
    n = groups * each
    one = random.integers(0, n, inside * n)
    near = one // each * each + random.integers(0, each, one.shape[0])
    far = random.integers(0, n, (between * n, 2))
    source, target = np.concatenate([one, far[:, 0]]), np.concatenate([near, far[:, 1]])
    return n, source.astype(np.int32), target.astype(np.int32)


def test_communities_that_were_planted_are_found():
    n, source, target = planted(4, 100, 6, 1)
    found = louvain(n, source, target, seed=1)
    truth = np.arange(n) // 100
    for group in range(4):
        inside = found[truth == group]
        assert (inside == np.bincount(inside).argmax()).mean() > 0.95
    assert np.unique(found).shape[0] == 4


def test_communities_are_numbered_by_size_and_users_without_edges_are_alone():
    edges = np.array([[5, 6], [6, 7], [7, 5], [1, 2], [4, 4]], np.int32)
    found = louvain(9, edges[:, 0], edges[:, 1])
    assert found[[5, 6, 7]].tolist() == [0, 0, 0]
    assert found[[1, 2]].tolist() == [1, 1]
    assert found[[0, 3, 4, 8]].tolist() == [2, 3, 4, 5]


def test_friends_stand_nearer_than_strangers():
    n, source, target = planted(4, 100, 6, 1)
    group = np.arange(n) // 100
    places = lay_out(n, source, target, louvain(n, source, target), seed=3)
    centres = np.array([places[group == g].mean(axis=0) for g in range(4)])
    spread = np.mean([np.linalg.norm(places[group == g] - centres[g], axis=1).mean() for g in range(4)])
    apart = np.mean([np.linalg.norm(centres[a] - centres[b]) for a in range(4) for b in range(a)])
    assert apart > 2 * spread
    assert np.isfinite(places).all()


def test_a_layout_is_the_same_for_a_seed_whatever_the_threads_and_another_for_another():
    n, source, target = planted(3, 60, 4, 1)
    group = louvain(n, source, target)
    alone = lay_out(n, source, target, group, seed=3, rounds=30)
    shared = lay_out(n, source, target, group, seed=3, rounds=30, workers=Workers(3, 17))
    assert np.array_equal(alone, shared)
    assert not np.array_equal(alone, lay_out(n, source, target, group, seed=4, rounds=30))


@pytest.mark.parametrize(("nodes", "edges"), [(0, 0), (1, 0), (2, 1), (50, 0)])
def test_small_and_unconnected_graphs_have_places_too(nodes, edges):
    source, target = np.zeros(edges, np.int32), np.ones(edges, np.int32)
    places = lay_out(nodes, source, target, louvain(nodes, source, target), seed=1)
    assert places.shape == (nodes, 2)
    assert np.isfinite(places).all()
    assert np.unique(places, axis=0).shape[0] == nodes


def test_far_points_taken_as_one_push_like_all_of_them():
    random = np.random.default_rng(2)
    x, y, m = random.normal(size=400), random.normal(size=400), random.uniform(1, 5, 400)
    x[7], y[7] = x[8], y[8]  # two on one spot
    fx, fy = np.zeros(400), np.zeros(400)
    repel(0, 400, 1.0, *tree_of(x, y, m), fx, fy)
    dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
    d2 = dx * dx + dy * dy
    np.divide(m[:, None] * m[None, :], d2, out=d2, where=d2 > 0)
    far = np.setdiff1d(np.arange(400), [7, 8])
    exact = np.stack([(dx * d2).sum(axis=1), (dy * d2).sum(axis=1)])[:, far]
    off = np.linalg.norm(np.stack([fx, fy])[:, far] - exact, axis=0) / np.linalg.norm(exact, axis=0)
    assert np.median(off) < 0.05
    assert np.isfinite([fx[7], fx[8]]).all()


def test_a_sample_is_about_as_large_as_wanted_and_a_smaller_one_is_part_of_it():
    assert Sample.of(MOST_NODES, 3).whole
    large, small = Sample.of(1_000_000, 3), Sample.of(1_000_000, 3, 10_000)
    assert large.users(1_000_000).shape[0] == pytest.approx(MOST_NODES, rel=0.01)
    assert np.isin(small.users(1_000_000), large.users(1_000_000)).all()
    # Blocks of users by number, as communities are, have their share.
    counts = np.bincount(large.users(1_000_000) // 100_000)
    assert counts.min() > 0.99 * counts.max()


def test_edges_are_thinned_evenly_and_each_by_itself():
    random = np.random.default_rng(1)
    ends = random.integers(0, 5000, (50_000, 2)).astype(np.int32)
    bound = edge_bound(50_000, 5_000)
    kept = chosen(ends[:, 0], ends[:, 1], bound)
    assert kept.sum() == pytest.approx(5_000, rel=0.1)
    assert np.array_equal(chosen(ends[9:20, 0], ends[9:20, 1], bound), kept[9:20])
    assert chosen(ends[:, 0], ends[:, 1], edge_bound(10)).all()
