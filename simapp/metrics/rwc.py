"""rwc."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import mixing
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph

HUBS = 10


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
        "missing unless there are exactly two sides with at least 10 nodes each in the largest component"
    )
    null = "sides shuffled over nodes"
    reference = (
        "Garimella, De Francisci Morales, Gionis & Mathioudakis 2018, ACM Transactions on Social Computing 1(1):3; why"
        " it needs a null: Salloum, Chen & Kivela 2022, EPJ Data Science 11"
    )
    cost = "a sparse linear system of n unknowns for the value and for each draw of the null"
    reads = ("graph", "sides")

    def score(self, files: Files) -> Score:
        graph, sides = mixing.of_largest(files)
        known = np.flatnonzero(sides >= 0)

        def shuffled() -> Iterator[float | None]:
            for order in files.shuffles(self.name, sides[known]):
                moved = sides.copy()
                moved[known] = order
                yield controversy(graph, moved)

        return against(controversy(graph, sides), shuffled())


def controversy(graph: Graph, sides: NDArray[np.int32], hubs: int = HUBS) -> float | None:
    """Return the score of a connected undirected graph with sides int32[n], -1 for none; None where undefined."""
    present = np.unique(sides[sides >= 0])
    if present.shape[0] != 2:
        return None
    members = [np.flatnonzero(sides == side) for side in present]
    if min(part.shape[0] for part in members) < hubs:
        return None
    top = [part[np.argsort(-graph.degree[part], kind="stable")[:hubs]] for part in members]
    ends = _ends_in_first(graph, top[0], top[1])
    # Pr(ended in X | began in X) and Pr(ended in X | began in Y).
    a, b = (float(ends[part].mean()) for part in members)
    if a + b <= 0.0 or a + b >= 2.0:
        return None
    xx, yx = a / (a + b), b / (a + b)
    xy, yy = (1.0 - a) / (2.0 - a - b), (1.0 - b) / (2.0 - a - b)
    return xx * yy - xy * yx


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
