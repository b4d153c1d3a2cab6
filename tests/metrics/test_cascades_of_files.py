"""Shape, tempo and growth of cascades from a file."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simapp.engine.core.posts import Posts
from simapp.engine.core.streams import Streams
from simapp.metrics.files import Files, Score
from simapp.metrics.growth import curves
from simapp.metrics.registry import metric_named
from simapp.metrics.tail_exponent import fit
from simapp.metrics.trees import Trees
from tests.metrics.views import measured, share, view_of, write


def score(
    name: str, parents: list[list[int]], minutes: list[list[float]] | None = None, **more: object
) -> Score:
    return metric_named(name).score(Files(trees=Trees.of(parents, minutes or []), **more))


STAR, PATH = [-1] + [0] * 49, list(range(-1, 49))
BINARY = [-1] + [(i - 1) // 2 for i in range(1, 31)]


@pytest.mark.parametrize(("tree", "expected"), [(STAR, 1.96), (PATH, 17.0), (BINARY, 4.9548), ([-1], 0.0)])
def test_structural_virality_of_known_trees(tree: list[int], expected: float) -> None:
    assert score("structural_virality", [tree]).value == pytest.approx(expected, abs=5e-5)


@st.composite
def trees(draw: st.DrawFn) -> list[int]:
    """Trees whose nodes stand in any order: a parent may come after its child."""
    n = draw(st.integers(1, 12))
    up = [-1, *(draw(st.integers(0, i - 1)) for i in range(1, n))]
    place = draw(st.permutations(range(n)))
    out = [0] * n
    for node, parent in enumerate(up):
        out[place[node]] = -1 if parent < 0 else place[parent]
    return out


@settings(max_examples=60)
@given(forest=st.lists(trees(), min_size=1, max_size=4))
def test_shapes_agree_with_networkx(forest: list[list[int]]) -> None:
    found = Trees.of(forest)
    for c, tree in enumerate(forest):
        graph = nx.Graph()
        graph.add_nodes_from(range(len(tree)))
        graph.add_edges_from((i, p) for i, p in enumerate(tree) if p >= 0)
        levels = list(nx.single_source_shortest_path_length(graph, tree.index(-1)).values())
        shapes = found.shapes
        assert shapes.size[c] == len(tree)
        assert shapes.depth[c] == max(levels)
        assert shapes.breadth[c] == np.bincount(levels).max()
        assert shapes.wiener[c] == nx.wiener_index(graph)
        assert (shapes.first[c], shapes.second[c]) == (levels.count(1), levels.count(2))
        # All at once: the curve ends where the shape does.
        timed = curves(Trees.of([tree], [[0.0] * len(tree)]), 2)[0]
        assert timed[:, 0].tolist() == [len(tree), max(levels), np.bincount(levels).max()]


TWO = [[-1, 0, 0, 1], [-1], [-1, 0]]


def test_figures_over_cascades_are_medians_and_shares() -> None:
    assert score("cascade_size", TWO).value == 2
    assert score("cascade_depth", TWO).value == 1
    assert score("cascade_mean_depth", TWO).value == 1
    assert score("cascade_breadth", TWO).value == 1
    assert score("cascade_alone_share", TWO).value == pytest.approx(1 / 3)
    assert score("cascade_deep_share", TWO).value == pytest.approx(1 / 3)
    # Of those shared: 2 of 3 and 1 of 1.
    assert score("cascade_root_share", TWO).value == pytest.approx((2 / 3 + 1) / 2)
    assert score("branching_ratio", TWO).value == pytest.approx(1 / 3)
    assert score("branching_ratio", TWO).null_mean == pytest.approx(1 - 3 / 7)


def test_tempo_is_counted_from_the_first_post() -> None:
    minutes = [[5.0, 15.0, 25.0, 105.0], [3.0], [0.0, 2000.0]]
    assert score("cascade_half_life", TWO, minutes).value == pytest.approx((20 + 2000) / 2)
    assert score("shared_within_hour", TWO, minutes).value == pytest.approx(2 / 4)
    assert score("shared_within_day", TWO, minutes).value == pytest.approx(3 / 4)
    assert score("cascade_peak", TWO, minutes).value == pytest.approx((10 + 2000) / 2)


@pytest.mark.parametrize(
    "name", ["cascade_half_life", "shared_within_hour", "shared_within_day", "cascade_peak"]
)
def test_tempo_is_missing_without_minutes(name: str) -> None:
    assert score(name, TWO).value is None
    assert score(name, [[-1]], [[0.0]]).value is None


def test_virality_against_size_is_spearmans_rank_correlation() -> None:
    rng = np.random.default_rng(2)
    forest = [[-1, *(int(rng.integers(0, i)) for i in range(1, n))] for n in rng.integers(2, 40, 30)]
    found = Trees.of(forest)
    expected = stats.spearmanr(found.shapes.size, found.virality)[0]
    assert score("virality_size_correlation", forest).value == pytest.approx(expected)
    assert score("virality_size_correlation", [STAR, STAR, STAR]).value is None


def test_the_exponent_of_a_power_law_is_found_again() -> None:
    u = Streams(5).uniform("test", user=np.arange(20_000))
    sizes = np.floor(9.5 * (1 - u) ** (-1 / 1.3) + 0.5).astype(np.int64)
    found = fit(sizes)
    assert found.exponent == pytest.approx(2.3, abs=4 * 1.3 / math.sqrt(found.sizes))
    body = (
        np.rint(np.exp(3.0 + 0.5 * Streams(6).normal("test", user=np.arange(5_000)))).astype(np.int64).clip(1)
    )
    assert fit(body).gain < 0.01
    assert fit(np.full(100, 7)) is None
    assert fit(np.arange(1, 40)) is None


def test_the_same_cascades_have_no_growth_error_and_the_mean_curve_has_some() -> None:
    forest, minutes = [[-1, 0, 1], [-1, 0, 0, 0]], [[0.0, 10.0, 20.0], [0.0, 1.0, 2.0, 140.0]]
    real = Trees.of(forest, minutes)
    same = score("nrmse_depth", forest, minutes, reference=real)
    assert same.value == 0.0
    assert same.null_mean > 0.0


def test_growth_error_by_hand() -> None:
    real = Trees.of([[-1, 0]], [[0.0, 0.0]])
    found = score("nrmse_scale", [[-1, 0]], [[0.0, 75.0]], reference=real)
    # For 75 of 150 minutes one share is missing, of a maximum of 2.
    assert found.value == pytest.approx(math.sqrt(0.5) / 2)
    # Nothing was shared in the real one: its depth cannot divide.
    flat = Trees.of([[-1]], [[0.0]])
    assert score("nrmse_depth", [[-1, 0]], [[0.0, 1.0]], reference=flat).value is None


def test_a_run_has_the_same_figures_of_the_cascades_in_its_feed_window() -> None:
    posts = Posts()
    write(posts, author=[0, 1, 2])
    share(posts, 0, [0, 0, 3], [1, 2, 3])
    share(posts, 2, [2], [3])
    view = view_of([0.1] * 4, posts=posts)
    forest = [[-1, 0, 0, 1], [-1], [-1, 0]]
    for name in ("cascade_alone_share", "cascade_deep_share", "cascade_mean_depth"):
        assert measured(name, view).value == pytest.approx(score(name, forest).value), name
        assert measured(name, view_of([0.1])).value is None
