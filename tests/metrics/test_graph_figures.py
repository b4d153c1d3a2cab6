"""Figures of a graph, its sides and opinions, as `manage.py measure` gives them."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.streams import Streams
from simapp.metrics.duclos_esteban_ray import kernel_index
from simapp.metrics.esteban_ray import of_groups
from simapp.metrics.files import Files, Score, against
from simapp.metrics.generalised_euclidean import lengths
from simapp.metrics.graphs import Graph
from simapp.metrics.registry import metric_named
from simapp.metrics.rwc import controversy
from tests.metrics.views import measured, view_of


def score(name: str, graph: Graph, **more: object) -> Score:
    if "opinions" in more:
        more["opinions"] = np.asarray(more["opinions"], np.float64)
    if "sides" in more:
        more["given_sides"] = np.asarray(more.pop("sides"), np.int32)
    return metric_named(name).score(Files(graph, draws=8, **more))


@st.composite
def graphs(draw: st.DrawFn, directed: bool = False) -> tuple[nx.Graph, Graph]:
    n = draw(st.integers(2, 14))
    ends = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1])
    pairs = draw(st.sets(ends, min_size=1, max_size=50))
    if not directed:
        pairs = {(min(e), max(e)) for e in pairs}
    known: nx.Graph = nx.DiGraph() if directed else nx.Graph()
    known.add_nodes_from(range(n))
    known.add_edges_from(sorted(pairs))
    return known, Graph.of(n, sorted(pairs), directed=directed)


@settings(max_examples=60)
@given(both=graphs())
def test_structure_agrees_with_networkx(both: tuple[nx.Graph, Graph]) -> None:
    known, graph = both
    assert score("local_clustering", graph).value == pytest.approx(nx.average_clustering(known))
    assert score("triangles", graph).value == sum(nx.triangles(known).values()) / 3
    closed = score("transitivity", graph).value
    assert (
        closed is None
        if max(dict(known.degree).values()) < 2
        else closed == pytest.approx(nx.transitivity(known))
    )
    parts = sorted(nx.connected_components(known), key=lambda part: (-len(part), min(part)))
    assert score("diameter", graph).value == nx.diameter(known.subgraph(parts[0]))


@settings(max_examples=60)
@given(both=graphs(directed=True))
def test_reciprocity_agrees_with_networkx(both: tuple[nx.DiGraph, Graph]) -> None:
    assert score("reciprocity", both[1]).value == pytest.approx(nx.overall_reciprocity(both[0]))


@settings(max_examples=60)
@given(both=graphs(), seed=st.integers(0, 1000))
def test_mixing_agrees_with_networkx(both: tuple[nx.Graph, Graph], seed: int) -> None:
    known, graph = both
    rng = np.random.default_rng(seed)
    sides, x = rng.integers(0, 3, graph.nodes), rng.uniform(-1, 1, graph.nodes)
    parts = sorted(nx.connected_components(known), key=lambda part: (-len(part), min(part)))
    whole = known.subgraph(parts[0])
    nx.set_node_attributes(
        known, {i: {"side": int(s), "x": float(v)} for i, (s, v) in enumerate(zip(sides, x, strict=True))}
    )
    within = [{i for i in whole if sides[i] == s} for s in set(sides[list(whole)])]
    assert score("modularity", graph, sides=sides).value == pytest.approx(
        nx.community.modularity(whole, within)
    )
    found = score("assortativity_discrete", graph, sides=sides).value
    touched = {sides[i] for edge in whole.edges for i in edge}
    if len(touched) > 1:
        assert found == pytest.approx(nx.attribute_assortativity_coefficient(whole, "side"))
    else:
        assert found is None
    if whole.number_of_edges() > 1:
        expected = nx.numeric_assortativity_coefficient(whole, "x")
        assert score("assortativity_numeric", graph, opinions=x).value == pytest.approx(expected)
    cross = np.mean([sides[a] != sides[b] for a, b in known.edges])
    assert score("ei_index", graph, sides=sides).value == pytest.approx(2 * cross - 1)


@settings(max_examples=30)
@given(both=graphs(directed=True), key=st.integers(0, 50))
def test_rewiring_keeps_degrees_and_makes_no_loop_and_no_edge_twice(
    both: tuple[nx.DiGraph, Graph], key: int
) -> None:
    for graph in (both[1], both[1].undirected):
        other = graph.rewired(Streams(key).key("test"))
        pairs = set(zip(other.source.tolist(), other.target.tolist(), strict=True))
        if not graph.directed:
            pairs = {frozenset(pair) for pair in pairs}
        assert len(pairs) == graph.source.shape[0]
        assert (other.source != other.target).all()
        assert np.array_equal(other.degree, graph.degree)
        if graph.directed:
            assert np.array_equal(
                np.bincount(other.source, minlength=14), np.bincount(graph.source, minlength=14)
            )


def two_cliques(size: int, bridges: int) -> Graph:
    edges = [(a + lift, b + lift) for lift in (0, size) for a in range(size) for b in range(a)]
    return Graph.of(2 * size, edges + [(i, size + i) for i in range(bridges)], directed=False)


def test_a_walk_between_two_cliques_hardly_ever_crosses() -> None:
    sides = np.repeat([0, 1], 15).astype(np.int32)
    near = controversy(two_cliques(15, 1), sides)
    far = controversy(two_cliques(15, 15), sides)
    assert near > 0.95 > far > 0.5
    # Sides that mean nothing: only the walks that begin at a hub, and so end there, know their side.
    mixed = np.tile([0, 1], 100).astype(np.int32)
    assert abs(controversy(two_cliques(100, 1), mixed)) < 0.15


def test_a_walk_of_a_graph_small_enough_to_solve_by_hand() -> None:
    # A path 0 - 1 - 2 - 3 whose ends absorb: from 1 the walk ends at 0 with 2/3.
    path = Graph.of(4, [(0, 1), (1, 2), (2, 3)], directed=False)
    value = controversy(
        Graph.of(4, [(0, 1), (1, 2), (2, 3)], directed=False), np.array([0, 0, 1, 1], np.int32), hubs=1
    )
    # Hubs are the inner nodes, of degree 2: a walk from an end stops at once at its own side's.
    assert path.degree.tolist() == [1, 2, 2, 1]
    assert value == 1.0


def test_walks_and_the_solved_system_agree_within_what_walks_promise() -> None:
    rng = np.random.default_rng(9)
    n = 400
    sides = np.arange(n, dtype=np.int32) % 2
    pairs = {(min(a, b), max(a, b)) for a, b in rng.integers(0, n, (2500, 2)).tolist()}
    edges = [(a, b) for a, b in sorted(pairs) if a != b and (sides[a] == sides[b] or (a + b) % 5 == 0)]
    for weight in (None, 1.0 + np.arange(len(edges)) % 3):
        graph, kept = Graph.of(n, edges, directed=False, weight=weight).largest
        exact = controversy(graph, sides[kept])
        walked = controversy(graph, sides[kept], walk=Streams(2).key("test"))
        # Both probabilities of a side are off by at most 0.0136, and the score by about four times that.
        assert walked == pytest.approx(exact, abs=4 * 0.0136)
        assert walked != exact
        assert 0.2 < exact < 1


def test_the_distance_of_camps_is_the_same_by_factorising_and_by_iterating(monkeypatch: pytest.MonkeyPatch) -> None:
    known = nx.karate_club_graph()
    graph = Graph.of(34, list(known.edges), directed=False)
    x = np.linspace(-1, 1, 34)
    exact = lengths(graph)(x)
    monkeypatch.setattr("simapp.metrics.generalised_euclidean.EXACT_NODES", 10)
    assert lengths(graph)(x) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("sides", [[0] * 30, [0] * 25 + [1] * 5, [0] * 10 + [1] * 10 + [2] * 10])
def test_rwc_is_missing_unless_two_sides_have_ten_nodes_each(sides: list[int]) -> None:
    assert score("rwc", two_cliques(15, 2), sides=sides) == Score()


def test_nodes_without_a_side_are_walked_through_and_counted_on_neither() -> None:
    graph = Graph.of(4, [(0, 1), (1, 2), (2, 3)], directed=False)
    assert score("ei_index", graph, sides=[0, -1, 1, 1]).value == -1.0
    assert score("modularity", graph, sides=[-1, -1, -1, -1]).value is None


def test_weights_count_only_where_asked_for() -> None:
    plain = Graph.of(3, [(0, 1), (1, 2)])
    heavy = Graph.of(3, [(0, 1), (1, 2)], weight=[3.0, 1.0])
    assert score("ei_index", plain, sides=[0, 0, 1]).value == 0.0
    assert score("ei_index", heavy, sides=[0, 0, 1]).value == -0.5
    assert score("disagreement", heavy, opinions=[1.0, 0.0, 1.0]).value == 4.0


def test_opinions_give_the_sides_where_no_others_are_given() -> None:
    graph = Graph.of(4, [(0, 1), (1, 2), (2, 3)])
    assert score("ei_index", graph, opinions=[0.5, 0.1, -0.3, 0.0]).value == 0.0


def test_disagreement_and_homophily_by_hand() -> None:
    x, edges = [1.0, 0.5, -0.5, -1.0], [(0, 1), (1, 0), (2, 3), (0, 3)]
    view = view_of(x, edges)
    assert measured("disagreement", view).value == pytest.approx(0.25 + 0.25 + 0.25 + 4.0)
    pairs = np.mean([abs(a - b) for i, a in enumerate(x) for b in x[:i]])
    assert measured("homophily_ratio", view).value == pytest.approx(1 - (0.5 + 0.5 + 0.5 + 2.0) / 4 / pairs)
    assert measured("assortativity_numeric", view).value == pytest.approx(
        np.corrcoef([1.0, 0.5, -0.5, 1.0], [0.5, 1.0, -1.0, -1.0])[0, 1]
    )
    assert measured("deviation_sum", view).value == pytest.approx(2.5)
    # Of a file without directions 0 and 1 are joined once.
    assert score("disagreement", Graph.of(4, edges), opinions=x).value == pytest.approx(0.25 + 0.25 + 4.0)


def test_modularity_and_assortativity_of_follow_edges_by_hand() -> None:
    view = view_of([1.0, 1.0, -1.0, -1.0], [(0, 1), (1, 0), (2, 3), (0, 3)])
    # e: + to + 1/2, + to - 1/4, - to - 1/4; by chance 3/4 * 1/2 + 1/4 * 1/2.
    assert measured("modularity", view).value == pytest.approx(0.75 - 0.5)
    assert measured("assortativity_discrete", view).value == pytest.approx(0.5)


def test_esteban_ray_of_groups_at_known_distances() -> None:
    assert of_groups(np.array([0.5, 0.5]), np.array([0.0, 1.0])) == pytest.approx(0.1649, abs=5e-5)
    assert of_groups(np.array([0.9, 0.1]), np.array([0.0, 1.0])) == pytest.approx(0.0783, abs=5e-5)
    assert of_groups(np.full(3, 1 / 3), np.array([0.0, 0.5, 1.0])) == pytest.approx(0.0766, abs=5e-5)


def test_esteban_ray_is_one_for_two_equal_camps_at_the_ends() -> None:
    assert measured("esteban_ray", view_of([1.0, -1.0])).value == pytest.approx(1.0)
    assert measured("esteban_ray", view_of([0.3] * 5)).value == 0.0
    assert measured("esteban_ray", view_of([])).value is None


def test_the_kernel_index_of_a_normal_density_is_its_integral() -> None:
    grid = np.linspace(-6, 6, 1201)
    f = np.exp(-0.5 * grid**2) / math.sqrt(2 * math.pi)
    step = grid[1] - grid[0]
    exact = float(f**1.5 @ np.abs(grid[:, None] - grid[None, :]) @ f) * step * step
    draws = Streams(3).normal("test", user=np.arange(200_000))
    assert kernel_index(draws) == pytest.approx(exact, rel=0.02)
    assert kernel_index(np.array([0.2, 0.2])) is None


def test_the_distance_of_camps_on_a_path_is_the_resistance_between_them() -> None:
    path = Graph.of(3, [(0, 1), (1, 2)], directed=False)
    # x^T L^+ x of a unit at each end is the resistance of two edges in a row.
    assert score("generalised_euclidean", path, opinions=[1.0, 0.0, -1.0]).value == pytest.approx(
        math.sqrt(2.0)
    )
    assert score("generalised_euclidean", path, opinions=[1.0, 0.5, 0.2]).value is None


def test_the_distance_of_camps_agrees_with_the_pseudo_inverse() -> None:
    known = nx.karate_club_graph()
    x = np.random.default_rng(4).uniform(-1, 1, 34)
    laplacian = nx.laplacian_matrix(known, weight=None).toarray().astype(float)
    expected = math.sqrt(x @ np.linalg.pinv(laplacian) @ x)
    graph = Graph.of(34, list(known.edges), directed=False)
    assert score("generalised_euclidean", graph, opinions=x).value == pytest.approx(expected)


def test_what_starts_in_a_camp_stays_in_it_where_no_edge_leads_out() -> None:
    graph = two_cliques(20, 0)
    x = np.concatenate([np.linspace(0.5, 1, 20), np.linspace(-1, -0.5, 20)])
    found = score("diffusion_bias", graph, opinions=x)
    assert found.value > 0.9
    assert abs(found.null_mean) < 0.5


def test_a_null_that_does_not_vary_has_no_z() -> None:
    assert against(0.5, [0.1, 0.1]) == Score(0.5, 0.1, None)
    assert against(None, [0.1, 0.2]) == Score()
    assert against(3.0, [1.0, 2.0]).z == pytest.approx((3.0 - 1.5) / math.sqrt(0.5))
