"""Whom to follow: against plain readings of the definitions."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import folders
from recommender.embeddings.interests import INTEREST
from recommender.suggest import acquaintances, suggest
from simapp.engine.core import ids
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from tests.recommender.worlds import busy, found

MEASURES = folders.names("suggesters")
EDGES = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda e: e[0] != e[1]), max_size=40)
EVERYBODY = np.arange(9, dtype=np.int32)


@settings(max_examples=12, deadline=None)
@given(EDGES)
def test_candidates_are_the_followees_of_followees_with_their_paths(edges):
    met = acquaintances(found(9, edges), EVERYBODY)
    graph = nx.DiGraph(list(edges))
    graph.add_nodes_from(range(9))
    for viewer in range(9):
        mine = set(graph.successors(viewer))
        part = slice(met.indptr[viewer], met.indptr[viewer + 1])
        told = dict(zip(met.users[part].tolist(), zip(met.common[part], met.rarity[part], strict=True), strict=True))
        expected = {w for via in mine for w in graph.successors(via)} - mine - {viewer}
        assert set(told) == expected
        for w, (common, rarity) in told.items():
            between = [via for via in mine if graph.has_edge(via, w)]
            assert common == len(between)
            assert rarity == pytest.approx(sum(1 / math.log(max(graph.out_degree(via), 2)) for via in between))


def test_each_measure_orders_by_its_own_definition():
    # 0 follows 1 and 2; 1 follows many; user 3 is followed by both, 4 by the one who follows few, 5 is followed by all.
    edges = [(0, 1), (0, 2), (1, 3), (2, 3), (2, 4), (1, 5), (1, 6), (1, 7), (6, 5), (7, 5), (8, 5)]
    world = found(9, edges)
    viewer = np.array([0], np.int32)
    first = {name: suggest(world, viewer, 5, name, Streams(1)).users[0].tolist() for name in MEASURES}
    assert first["common-neighbours"][0] == 3
    assert first["adamic-adar"][:2] == [3, 4]
    assert first["preferential"][0] == 5
    assert set(first["embedding"]) == {3, 4, 5, 6, 7}, "without interests everybody is as close"
    world.extra[INTEREST] = np.zeros((9, 4), np.int8)
    world.extra[INTEREST][[0, 6]] = [[1, 2, 0, 0], [2, 4, 0, 1]]
    assert suggest(world, viewer, 5, "embedding", Streams(1)).users[0, 0] == 6


@pytest.mark.parametrize("name", MEASURES)
def test_nobody_is_offered_oneself_a_followee_a_muted_or_suspended_account_or_anybody_twice(name):
    world = busy()
    world.users.suspended[::7] = 1
    everybody = np.arange(60, dtype=np.int32)
    made = suggest(world, everybody, 20, name, Streams(1))
    for viewer, users in enumerate(made.users):
        offered = users[users >= 0]
        assert len(set(offered.tolist())) == len(offered)
        assert viewer not in offered
        assert not world.follows.has(np.full(len(offered), viewer, np.int32), offered).any()
        assert not world.author_muted(np.full(len(offered), viewer), offered).any()
        assert not world.users.suspended[offered].any()
        assert (np.diff(made.scores[viewer, : len(offered)]) <= 0).all()
    assert (made.users[59] == -1).all(), "who follows nobody has no acquaintances"
    some = np.array([3, 40], np.int32)
    alone = suggest(world, some, 20, name, Streams(1))
    np.testing.assert_array_equal(alone.users, made.users[some])


def test_ties_are_drawn_for_each_viewer():
    world = found(42, [(0, 1), (41, 1), *((1, w) for w in range(2, 41))])
    made = suggest(world, np.array([0, 41], np.int32), 5, "common-neighbours", Streams(1))
    assert made.users[0].tolist() != made.users[1].tolist()
    assert made.users[0].mean() > 5, "low numbers are not favoured"


def test_an_unknown_measure_is_refused_with_the_known_ones():
    with pytest.raises(WrongInput, match=r"known: adamic-adar, common-neighbours"):
        suggest(found(), np.array([0], np.int32), 3, "magic", Streams(1))


def test_a_mute_that_was_taken_back_hides_nobody():
    world = found(4, [(0, 1), (1, 2), (1, 3)])
    world.mutes.set(ids.pair(np.array([0, 0]), np.array([2, 3])), 1)
    world.mutes.clear(ids.pair(np.array([0]), np.array([3])), 1)
    world.mute_count = 1
    assert suggest(world, np.array([0], np.int32), 2, "preferential", Streams(1)).users[0].tolist() == [3, -1]
