"""rwc."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import graph_passes, mixing
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph

HUBS = 10
EXACT_NODES, WALKS = 30_000, 10_000


class Here(OnDemand):
    """Whether a random walk ends among the best-connected nodes of the side that it began in. Sparse random graphs
    whose sides were found by cutting them score high too: read it beside its null."""

    name, label, group = "rwc", "Random-walk controversy", "echo chambers"
    formula = (
        "P_XX P_YY - P_XY P_YX, P_AB = Pr(a walk began in A given that it ended in B); X and Y the two sides in the"
        " undirected largest component, a walk begins with each side equally likely at any of its nodes, goes to a"
        " random neighbour (by weight where weights are asked for) and ends at the first of the 10 nodes of highest"
        " degree of either side, ties to the first in the file; a walk that begins there ends there"
    )
    range = (-1.0, 1.0)
    direction = "near 1 walks stay on their side, 0 where a walk began says nothing of where it ends"
    edge_cases = (
        "missing unless there are exactly two sides with at least 10 nodes each in the largest component, and where"
        " all walks end on one side; no walk begins at a node without a side"
    )
    null = "sides shuffled over the nodes of the component that have one"
    reference = (
        "Garimella, De Francisci Morales, Gionis & Mathioudakis 2018, ACM Transactions on Social Computing 1(1):3; why"
        " it needs a null: Salloum, Chen & Kivela 2022, EPJ Data Science 11"
    )
    cost = "a sparse linear system of n unknowns (beyond 30 000: walks), for the value and for each draw of the null"
    exactness = (
        "exact up to 30 000 nodes; beyond by 10 000 walks a side, each probability of where a walk ends within 0.0136"
        " (95 %, Hoeffding)"
    )
    reads = ("graph", "sides")

    def score(self, files: Files) -> Score:
        graph, sides = mixing.of_largest(files)
        known = np.flatnonzero(sides >= 0)
        walk = files.streams.key("measure/rwc-walk") if graph.nodes > EXACT_NODES else None

        def shuffled() -> Iterator[float | None]:
            for order in files.shuffles(self.name, sides[known]):
                moved = sides.copy()
                moved[known] = order
                yield controversy(graph, moved, walk=walk)

        return against(controversy(graph, sides, walk=walk), shuffled())


def controversy(
    graph: Graph, sides: NDArray[np.int32], hubs: int = HUBS, walk: np.uint64 | None = None
) -> float | None:
    """Return the score of a connected undirected graph with sides int32[n], -1 for none; None where undefined.

    walk: the key of the draws of WALKS walks a side; None to solve for where walks end.
    """
    present = np.unique(sides[sides >= 0])
    if present.shape[0] != 2:
        return None
    members = [np.flatnonzero(sides == side) for side in present]
    if min(part.shape[0] for part in members) < hubs:
        return None
    top = [part[np.argsort(-graph.degree[part], kind="stable")[:hubs]] for part in members]
    # Pr(ended in X | began in X) and Pr(ended in X | began in Y).
    if walk is None:
        ends = _ends_in_first(graph, top[0], top[1])
        a, b = (float(ends[part].mean()) for part in members)
    else:
        a, b = (_walked(graph, part, top[0], top[1], walk) for part in members)
    if not 0.0 < a + b < 2.0:
        return None
    xx, yx = a / (a + b), b / (a + b)
    xy, yy = (1.0 - a) / (2.0 - a - b), (1.0 - b) / (2.0 - a - b)
    return xx * yy - xy * yx


def _walked(
    graph: Graph, part: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64], key: np.uint64
) -> float:
    """Return the share of WALKS walks from random nodes of `part` that reach `first` before `second`."""
    ends = np.zeros(graph.nodes, np.int8)
    ends[first], ends[second] = 1, 2
    starts = np.empty(WALKS, np.int64)
    graph_passes.pick(part, key, starts)
    rows = graph.neighbours
    found = np.zeros(WALKS, np.int8)
    graph_passes.walks(rows.start, rows.others, rows.sums, starts, ends, key, found)
    return float((found == 1).mean())


def _ends_in_first(graph: Graph, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return float64[n]: the probability that a walk from each node reaches `first` before `second`."""
    from scipy.sparse import coo_array, diags_array
    from scipy.sparse.linalg import splu

    n = graph.nodes
    ends = (np.concatenate([graph.source, graph.target]), np.concatenate([graph.target, graph.source]))
    matrix = coo_array((np.concatenate([graph.weight, graph.weight]), ends), shape=(n, n)).tocsr()
    free = np.ones(n, np.bool_)
    free[first] = free[second] = False
    inner = np.flatnonzero(free)
    found = np.zeros(n)
    found[first] = 1.0
    if inner.shape[0]:
        strength = np.asarray(matrix.sum(axis=1)).ravel()
        laplacian = (diags_array(strength) - matrix).tocsr()[inner][:, inner].tocsc()
        arrives = np.asarray(matrix[inner][:, first].sum(axis=1)).ravel()
        found[inner] = np.clip(splu(laplacian).solve(arrives), 0.0, 1.0)
    return found
