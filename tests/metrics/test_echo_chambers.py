"""Who follows whom, against what they think."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simapp.metrics.ei_index import baseline
from tests.metrics.views import measured, view_of

if TYPE_CHECKING:
    from pathlib import Path

    from simapp.metrics.view import View


@st.composite
def worlds(draw: st.DrawFn) -> tuple[np.ndarray, list[tuple[int, int]]]:
    n = draw(st.integers(1, 25))
    x = draw(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.75, 1.0]), min_size=n, max_size=n))
    ends = st.integers(0, n - 1)
    edges = (
        draw(st.sets(st.tuples(ends, ends).filter(lambda e: e[0] != e[1]), max_size=80)) if n > 1 else set()
    )
    return np.asarray(x, np.float32), sorted(edges)


@settings(deadline=None)
@given(world=worlds())
def test_neighbour_correlation_agrees_with_numpy(world: tuple[np.ndarray, list[tuple[int, int]]]) -> None:
    x, edges = world
    followees = {u: [b for a, b in edges if a == u] for u in range(x.shape[0])}
    own = [float(x[u]) for u, vs in followees.items() if vs]
    theirs = [float(np.mean(x[vs], dtype=np.float64)) for vs in followees.values() if vs]
    value = measured("neighbour_correlation", view_of(x, edges)).value
    constant = not own or np.ptp(own) == 0 or np.ptp(theirs) < 1e-9
    if len(own) < 3 or constant or np.var(x) < 0.01:
        assert value is None
    else:
        assert value == pytest.approx(np.corrcoef(own, theirs)[0, 1], abs=1e-9)


@settings(deadline=None)
@given(world=worlds())
def test_ei_index_agrees_with_a_count_over_edges(world: tuple[np.ndarray, list[tuple[int, int]]]) -> None:
    x, edges = world
    sides = [np.sign(x[a]) * np.sign(x[b]) for a, b in edges if x[a] and x[b]]
    value = measured("ei_index", view_of(x, edges)).value
    assert value == (None if not sides else pytest.approx(-np.mean(sides), abs=1e-12))


@settings(deadline=None)
@given(world=worlds(), seed=st.integers(0, 2**31))
def test_renaming_users_changes_no_figure(world: tuple[np.ndarray, list[tuple[int, int]]], seed: int) -> None:
    x, edges = world
    assume(x.shape[0] > 1)
    renamed = np.random.default_rng(seed).permutation(x.shape[0])
    moved = np.empty_like(x)
    moved[renamed] = x
    before, after = view_of(x, edges), view_of(moved, [(renamed[a], renamed[b]) for a, b in edges])
    for name in ("ei_index", "neighbour_correlation", "opinion_variance", "bimodality_coefficient"):
        a, b = measured(name, before), measured(name, after)
        assert a.value == (None if b.value is None else pytest.approx(b.value, abs=1e-9))


CAMPS = [1.0, 0.5, -0.5, -1.0]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([(0, 1), (2, 3)], -1.0),
        ([(0, 2), (3, 1)], 1.0),
        ([(0, 1), (0, 2)], 0.0),
        ([(0, 1), (1, 0), (0, 2)], -1 / 3),
    ],
)
def test_ei_index_of_edges_one_can_count(edges: list[tuple[int, int]], expected: float) -> None:
    point = measured("ei_index", view_of(CAMPS, edges))
    assert point.value == pytest.approx(expected)
    assert point.null == 0.0


def test_users_without_an_opinion_have_no_side() -> None:
    point = measured("ei_index", view_of([0.0, 0.5, 0.5, -0.5], [(0, 1), (3, 0), (1, 2)]))
    assert point.value == -1.0
    assert point.null == pytest.approx(4 * (2 / 3) * (1 / 3) - 1)


def test_a_loop_is_no_edge() -> None:
    assert measured("ei_index", view_of(CAMPS, [(0, 0), (0, 2)])).value == 1.0


@pytest.mark.parametrize(("x", "edges"), [([0.5, -0.5], []), ([0.0, 0.0], [(0, 1)]), ([], [])])
def test_ei_index_is_missing_without_an_edge_between_sides(
    x: list[float], edges: list[tuple[int, int]]
) -> None:
    assert measured("ei_index", view_of(x, edges)).value is None


@pytest.mark.parametrize(
    ("above", "below", "expected"), [(90, 10, -0.64), (50, 50, 0.0), (7, 0, -1.0), (0, 0, None)]
)
def test_the_baseline_of_the_ei_index_follows_from_the_camps(
    above: int, below: int, expected: float | None
) -> None:
    assert baseline(above, below) == (None if expected is None else pytest.approx(expected))


def test_ei_index_of_random_edges_is_near_its_baseline() -> None:
    rng = np.random.default_rng(7)
    x = np.where(np.arange(2_000) < 1_800, 1.0, -1.0)
    edges = {(int(a), int(b)) for a, b in rng.integers(0, 2_000, (40_000, 2)) if a != b}
    point = measured("ei_index", view_of(x, sorted(edges)))
    assert point.value == pytest.approx(point.null, abs=0.02)
    assert point.null == pytest.approx(-0.64)


def ring(x: np.ndarray) -> View:
    """Everybody follows the next two users."""
    n = x.shape[0]
    return view_of(x, [(u, (u + d) % n) for u in range(n) for d in (1, 2)])


def test_neighbour_correlation_of_two_separate_camps_is_one() -> None:
    x = [1.0, 1.0, -1.0, -1.0]
    assert measured(
        "neighbour_correlation", view_of(x, [(0, 1), (1, 0), (2, 3), (3, 2)])
    ).value == pytest.approx(1)
    assert measured(
        "neighbour_correlation", view_of(x, [(0, 2), (1, 3), (2, 0), (3, 1)])
    ).value == pytest.approx(-1)


def test_neighbour_correlation_is_gated_on_variance() -> None:
    wave = np.sin(np.linspace(0, 2 * np.pi, 200, endpoint=False))
    assert measured("neighbour_correlation", ring(wave)).value > 0.95
    # The same pattern, and the same correlation, in a world that is of one mind.
    assert measured("neighbour_correlation", ring(wave * 0.1)).value is None


def test_neighbour_correlation_is_missing_when_all_follow_the_same_user() -> None:
    x = [1.0, -1.0, 0.5, 0.2]
    assert measured("neighbour_correlation", view_of(x, [(1, 0), (2, 0), (3, 0)])).value is None


def test_neighbour_correlation_is_missing_with_two_followers() -> None:
    assert measured("neighbour_correlation", view_of([1.0, -1.0, 0.5], [(0, 1), (1, 2)])).value is None
    assert (
        measured("neighbour_correlation", view_of([1.0, -1.0, 0.5], [(0, 1), (1, 2), (2, 0)])).value
        is not None
    )


@pytest.fixture(scope="module")
def polblogs(shared_data: Path) -> nx.DiGraph:
    """Adamic & Glance 2005: distinct links without loops."""
    file = shared_data / "polblogs" / "polblogs.gml.gz"
    if not file.is_file():
        pytest.skip("the real data (../shared/data/polblogs) are not on this machine")
    return read_polblogs(file)


def read_polblogs(file: Path) -> nx.DiGraph:
    # The file repeats edges without saying that it may; networkx wants to be told.
    text = gzip.decompress(file.read_bytes()).decode().replace("directed 1", "directed 1\n  multigraph 1", 1)
    graph = nx.DiGraph(nx.parse_gml(text.splitlines(), label="id"))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return nx.convert_node_labels_to_integers(graph)


def test_ei_index_of_the_political_blogs_is_the_published_one(polblogs: nx.DiGraph) -> None:
    sides = np.array([1.0 if polblogs.nodes[u]["value"] else -1.0 for u in range(polblogs.number_of_nodes())])
    point = measured("ei_index", view_of(sides, list(polblogs.edges)))
    assert polblogs.number_of_edges() == 19_022
    assert point.value == pytest.approx(-0.823, abs=5e-4)
    assert point.null == pytest.approx(0.0, abs=0.01)


def test_political_blogs_link_to_blogs_of_their_own_side(polblogs: nx.DiGraph) -> None:
    sides = np.array([1.0 if polblogs.nodes[u]["value"] else -1.0 for u in range(polblogs.number_of_nodes())])
    means = {u: np.mean(sides[list(polblogs[u])]) for u in polblogs if polblogs.out_degree(u)}
    expected = np.corrcoef(sides[list(means)], list(means.values()))[0, 1]
    assert measured("neighbour_correlation", view_of(sides, list(polblogs.edges))).value == pytest.approx(
        expected
    )
    shuffled = np.random.default_rng(3).permutation(sides)
    assert abs(measured("neighbour_correlation", view_of(shuffled, list(polblogs.edges))).value) < 0.15
