"""Graphs from files: every format gives the same graph, and everything left out has a place and a reason."""

from __future__ import annotations

import contextlib
import gzip

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.graph_findings import GraphImport
from simapp.scenarios.importers.graphs import read_graph
from simapp.scenarios.importers.node_values import read_opinions, read_sides
from simapp.scenarios.importers.packed import unpack


def pairs(graph: GraphImport) -> set[tuple[str, str]]:
    return {(graph.names[a], graph.names[b]) for a, b in zip(graph.source, graph.target, strict=True)}


def read(text: str) -> GraphImport:
    return read_graph(text.encode())


names = st.text("abcXYZ019._-", min_size=1, max_size=4)


@settings(max_examples=40)
@given(
    edges=st.lists(st.tuples(names, names), min_size=1, max_size=30),
    directed=st.booleans(),
    packed=st.booleans(),
)
def test_every_format_gives_the_edges_that_networkx_wrote(
    edges: list[tuple[str, str]], directed: bool, packed: bool
) -> None:
    graph: nx.Graph = nx.DiGraph() if directed else nx.Graph()
    graph.add_edges_from((a, b) for a, b in edges if a != b)
    if not graph.number_of_edges():
        return
    written = {
        "gml": "\n".join(nx.generate_gml(nx.convert_node_labels_to_integers(graph, label_attribute="was"))),
        "graphml": "\n".join(nx.generate_graphml(graph)),
        "gexf": "\n".join(nx.generate_gexf(graph)),
    }
    for format, text in written.items():
        data = text.encode()
        found = read_graph(gzip.compress(data) if packed else data)
        assert (found.format, found.directed, found.skipped) == (format, directed, [])
        named = found.attributes["was"] if format == "gml" else found.names
        told = {(named[a], named[b]) for a, b in zip(found.source, found.target, strict=True)}
        expected = set(graph.edges)
        assert (
            told == expected if directed else {frozenset(e) for e in told} == {frozenset(e) for e in expected}
        )
        assert found.nodes == graph.number_of_nodes()


@pytest.mark.parametrize("between", [" ", "\t", ",", ";", "   "])
def test_edges_as_lines_may_be_told_apart_by_blanks_tabs_commas_or_semicolons(between: str) -> None:
    found = read(f"# a remark\n\na{between}b\nb{between}c{between}2.5\n")
    assert pairs(found) == {("a", "b"), ("b", "c")}
    assert found.weight.tolist() == [1.0, 2.5]
    assert found.directed


def test_a_header_of_edges_is_no_edge() -> None:
    assert pairs(read("source,target\n1,2\n")) == {("1", "2")}


def test_every_line_left_out_says_where_and_why() -> None:
    found = read("a b\na a\na b\nc\nb a\na c much\na b c d\n")
    assert pairs(found) == {("a", "b"), ("b", "a")}
    assert [str(left) for left in found.skipped] == [
        "line 2: It joins a node to itself.",
        "line 4: It has 1 word; an edge is `u v` or `u v weight`.",
        "line 6: Its weight is much, not a number from 0.",
        "line 7: It has 4 words; an edge is `u v` or `u v weight`.",
        "line 3: It repeats line 1.",
    ]


def test_weights_of_an_edge_given_twice_add_up() -> None:
    assert read("a b 2\na b 3\nb c\n").weight.tolist() == [5.0, 1.0]


def test_an_undirected_edge_stands_once_whichever_way_it_is_written() -> None:
    found = read(
        "graph [ node [ id 1 ] node [ id 2 ] edge [ source 2 target 1 ] edge [ source 1 target 2 ] ]"
    )
    assert (found.edges, found.directed) == (1, False)
    assert [str(left) for left in found.skipped] == ["edge 1: It repeats edge 0."]


def test_gml_keeps_labels_and_what_else_it_says_of_a_node() -> None:
    found = read(
        'Creator "me [not a list]"\n# remark\ngraph\n[ directed 1\n node [ id 7 label "seven &amp; more" value 1 '
        "graphics [ x 1.0 y 2.0 ] ]\n node [ id 8 ]\n edge [ source 7 target 8 ] edge [ source 7 target 9 ]\n]"
    )
    assert (found.names, found.labels) == (["7", "8"], ["seven & more", ""])
    assert found.attributes == {"value": ["1", ""]}
    assert [str(left) for left in found.skipped] == [
        "edge 1: It names the node 9, which the file does not have."
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty"),
        ("only one word\x00", "NUL byte"),
        ("a\nb\n", "no usable edge among 2 rows; the first was left out because: line 1"),
        ("# nothing\n", "The file has no edge"),
        ("graph [ node [ id 1 ]", "ends before its graph does"),
        ("graph [ node [ id ] ]", "a key without a value at line 1"),
        ("graph [ " + "a [ " * 100, "too deep"),
        ("<graphml><graph>", "not valid XML at line 1"),
        ("<html></html>", "neither GraphML nor GEXF"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><graphml/>', "document type or entities"),
        ("<graphml><graph/><graph/></graphml>", "more than one graph"),
    ],
)
def test_a_file_that_is_no_graph_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(WrongInput, match=sentence.replace("(", r"\(")) as refused:
        read(text)
    assert "\n" not in str(refused.value)


def test_gzip_that_is_broken_or_too_large_is_refused() -> None:
    whole = gzip.compress(b"a b\n" * 1000)
    with pytest.raises(WrongInput, match="cannot be unpacked"):
        read_graph(whole[:-20])
    with pytest.raises(WrongInput, match="more than 100 bytes"):
        unpack(whole, limit=100)


@given(data=st.binary(max_size=80))
def test_any_bytes_are_a_graph_or_refused(data: bytes) -> None:
    try:
        found = read_graph(data)
    except WrongInput:
        return
    assert found.edges > 0
    assert (found.source != found.target).all()


@given(
    words=st.lists(
        st.sampled_from(["graph", "[", "]", "node", "edge", "id", "1", "2", "source", "target", '"'])
    )
)
def test_any_gml_is_a_graph_or_refused(words: list[str]) -> None:
    with contextlib.suppress(WrongInput):
        read("graph [ " + " ".join(words))


def test_sides_name_nodes_by_id_or_by_label() -> None:
    graph = read('graph [ node [ id 1 label "x" ] node [ id 2 label "y" ] edge [ source 1 target 2 ] ]')
    by_id = read_sides(b"node,label\n2,left\n1,right\n", graph)
    by_label = read_sides(b"label,node\nleft,y\nright,x\n", graph)
    assert by_id.labels == ["left", "right"]
    assert by_id.side.tolist() == by_label.side.tolist() == [1, 0]


def test_rows_of_sides_that_fit_nothing_are_left_out_with_their_reason() -> None:
    graph = read("a b\nb c\n")
    found = read_sides(b"node,side\na,l\nq,l\na,r\nb\nc,\n", graph)
    assert found.side.tolist() == [0, -1, -1]
    assert [str(left) for left in found.skipped] == [
        "line 5: It has 1 cells; the header has 2.",
        "line 3: The graph has no node q.",
        "line 4: The node a was named before.",
    ]


def test_opinions_outside_the_scale_are_left_out() -> None:
    graph = read("a b\nb c\n")
    found = read_opinions(b"node,value\na,0.5\nb,1.5\nc,nan\n", graph)
    assert found.value[0] == 0.5
    assert np.isnan(found.value[1:]).all()
    assert [left.where for left in found.skipped] == ["node b", "node c"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"node\na\n", "a CSV with node and value is needed"),
        (b"a,b\n1,2\n", r"no columns node and value \(found: a, b\)"),
        (b"node,value\nq,1\n", "names no node of the graph"),
        (b"node,value\na,7\n", "no value in"),
        (b'node,value\n"a,1\n', "not valid CSV"),
    ],
)
def test_a_file_of_opinions_that_says_nothing_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(WrongInput, match=sentence):
        read_opinions(data, read("a b\n"))
