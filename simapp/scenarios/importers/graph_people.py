"""The people of a graph: every node is a user, every edge a follow; all else is as the scenario says."""

from __future__ import annotations

import hashlib

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import ProfileRow
from simapp.scenarios.importers.cells import MAX_HANDLE, read_handle, read_words
from simapp.scenarios.importers.findings import MAX_BYTES, MAX_ROWS, PeopleImport
from simapp.scenarios.importers.graph_findings import GraphImport
from simapp.scenarios.importers.graphs import read_graph

PREFIX = "graph-"


def read_graph_people(data: bytes, *, name: str = "", limit: int = MAX_BYTES) -> PeopleImport:
    """Return the users and follows of a graph file; WrongInput when it cannot be used.

    An edge u -> v is a follow of v by u; in an undirected graph both follow each other. Users have the numbers of the
    nodes in the order of the file, and are called what the nodes are.
    """
    if len(data) > limit:
        msg = f"The file has {len(data)} bytes; at most {limit} are accepted."
        raise WrongInput(msg)
    return people_of_graph(read_graph(data), name=name, sha256=hashlib.sha256(data).hexdigest())


def people_of_graph(graph: GraphImport, *, name: str, sha256: str) -> PeopleImport:
    """Return the users and follows of a graph that was read; WrongInput for one with too many nodes."""
    n = graph.nodes
    if n > MAX_ROWS:
        msg = f"The graph has {n} nodes; a run has at most {MAX_ROWS} users."
        raise WrongInput(msg)
    follower, followee = graph.source, graph.target
    if not graph.directed:
        follower, followee = np.concatenate([follower, followee]), np.concatenate([followee, follower])
    return PeopleImport(
        format=PREFIX + graph.format,
        name=name,
        sha256=sha256,
        profiles=_profiles(graph),
        age=np.zeros(n, np.int16),
        gender=np.zeros(n, np.uint8),
        hourly=np.full((n, 24), np.nan),
        follower=follower.astype(np.int32),
        followee=followee.astype(np.int32),
        seed_posts=[],
        rows=np.arange(n, dtype=np.int32),
        notes=[str(left) for left in graph.skipped],
    )


def _profiles(graph: GraphImport) -> list[ProfileRow]:
    taken: set[str] = set()
    rows = []
    for number, (node, label) in enumerate(zip(graph.names, graph.labels, strict=True)):
        handle = read_handle(node)[:MAX_HANDLE] or f"node_{number}"
        if handle.casefold() in taken:
            handle = f"{handle[: MAX_HANDLE - 10]}_{number}"
        taken.add(handle.casefold())
        name = read_words(label, MAX_HANDLE).replace("\n", " ") or handle
        rows.append(ProfileRow(handle=handle, name=name, bio="", persona=""))
    return rows
