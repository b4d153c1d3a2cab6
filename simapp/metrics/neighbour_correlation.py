"""neighbour_correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import passes
from simapp.metrics.base import Metric, point
from simapp.metrics.files import Score, against
from simapp.metrics.pairs import shuffled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph
    from simapp.metrics.view import View

# A world that has fully depolarised still correlates at 0.7 to 0.9: what is left of the differences is
# local. Below this variance (standard deviation 0.1) there is no disagreement to be sorted.
GATE = 0.01


class Here(Metric):
    """Whether users follow people who think as they do."""

    name, label, group = "neighbour_correlation", "Neighbour correlation", "echo chambers"
    formula = (
        "Pearson correlation of x_i with the mean x of whom i follows, over users who follow anyone; of a file over"
        " the whole graph, where undirected with the mean of whom i is joined to"
    )
    range = (-1.0, 1.0)
    direction = "1 everybody follows their own side, 0 no relation, -1 everybody follows the other side"
    edge_cases = (
        "missing with fewer than 3 users who follow anyone, when either side is constant, and while the"
        " opinion variance is below 0.01: correlation stays high in a world that has become of one mind"
    )
    null = "0: opinions that know no edges; of a file: opinions shuffled over all nodes that have one"
    reference = "Cinelli et al. 2021, PNAS 118:e2023301118"
    cost = "O(n + m)"
    reads = ("graph", "opinions")

    def compute(self, view: View) -> MetricPoint:
        if view.spread.m2 < GATE or view.edges.followers < 3:
            return point(None, 0.0)
        return point(view.edges.correlation, 0.0)

    def score(self, files: Files) -> Score:
        graph, x = files.network, files.x
        null = (with_neighbours(graph, order) for order in shuffled(files, self.name, x))
        return against(with_neighbours(graph, x), null)


def with_neighbours(graph: Graph, x: NDArray[np.float64]) -> float | None:
    """Return the correlation of opinions float64[N] (NaN: none) with the mean of whom a node follows; None as above.

    In an undirected graph everybody follows whom they are joined to.
    """
    one, other = graph.source, graph.target
    if not graph.directed:
        one, other = np.concatenate([one, other]), np.concatenate([other, one])
    known = ~(np.isnan(x[one]) | np.isnan(x[other]))
    one, other = one[known], other[known]
    count = np.bincount(one, minlength=graph.nodes)
    means = np.full(graph.nodes, np.nan)
    some = count > 0
    means[some] = np.bincount(one, weights=x[other], minlength=graph.nodes)[some] / count[some]
    if np.nanvar(x) < GATE or int(some.sum()) < 3:
        return None
    _, r = passes.correlation(np.nan_to_num(x), means)
    return None if np.isnan(r) else float(r)
