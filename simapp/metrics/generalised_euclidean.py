"""generalised_euclidean."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import pairs
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against, beside

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph

EXACT_NODES, TOLERANCE = 30_000, 1e-8


class Here(OnDemand):
    """How far the opinions of the two camps lie apart when distance runs along edges: more where they differ
    more, and where the network keeps them apart."""

    name, label, group = "generalised_euclidean", "Distance of the camps in the network", "echo chambers"
    formula = (
        "sqrt((o+ - o-)^T L^+ (o+ - o-)), o+ the positive parts of x and o- the absolute negative parts (so o+ - o-"
        " is x), L the Laplacian of the undirected largest component (degrees, with --weights sums of weights, less"
        " the adjacency matrix), L^+ its pseudo-inverse"
    )
    range = (0.0, None)
    direction = "0 one point; grows with the distance of opinions and of camps"
    edge_cases = (
        "missing where no node of the largest component has an opinion above 0, or none has one below, and where"
        " one has none"
    )
    null = "opinions shuffled over the nodes of the component"
    example = "edges a b | b c; x a 1 | b 0.5 | c -1 gives 1.434"
    reference = "Hohmann, Devriendt & Coscia 2023, Science Advances 9:eabq2044"
    cost = "a sparse factorisation of n unknowns, once"
    exactness = "exact to rounding up to 30 000 nodes; beyond by conjugate gradients to a residual of 1e-8"
    reads = ("graph", "opinions")

    def score(self, files: Files) -> Score:
        graph, x = pairs.of_largest(files)
        if np.isnan(x).any() or not ((x > 0).any() and (x < 0).any()):
            return beside(None)
        length = lengths(graph)
        return against(length(x), (length(order) for order in pairs.shuffled(files, self.name, x)))


def lengths(graph: Graph) -> Callable[[NDArray[np.float64]], float]:
    """Return the length sqrt(x^T L^+ x) of vectors [n] in a connected undirected graph, as a function of them.

    o+ - o- is x itself. L^+ x is what solves L y = x - mean x up to a constant, which x^T takes no notice of when it
    sums to 0; so one node is held at 0 and the rest is solved for.
    """
    from scipy.sparse import coo_array, diags_array
    from scipy.sparse.linalg import cg, splu

    n, exact = graph.nodes, graph.nodes <= EXACT_NODES
    ends = (np.concatenate([graph.source, graph.target]), np.concatenate([graph.target, graph.source]))
    matrix = coo_array((np.concatenate([graph.weight, graph.weight]), ends), shape=(n, n)).tocsr()
    strength = np.asarray(matrix.sum(axis=1)).ravel()
    inner = (diags_array(strength) - matrix).tocsc()[1:, 1:]
    solver = splu(inner) if exact else None
    diagonal = diags_array(1.0 / strength[1:])

    def length(x: NDArray[np.float64]) -> float:
        centred = (x - x.mean())[1:]
        if solver is not None:
            solved = solver.solve(centred)
        else:
            solved, missed = cg(inner, centred, rtol=TOLERANCE, maxiter=20 * n, M=diagonal)
            if missed:
                return math.nan
        return math.sqrt(max(0.0, float(centred @ solved)))

    return length
