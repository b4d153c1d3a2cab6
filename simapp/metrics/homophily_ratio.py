"""homophily_ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import pairs
from simapp.metrics.base import Metric, point
from simapp.metrics.files import Score, against
from simapp.metrics.spread import mean_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph
    from simapp.metrics.view import View


class Here(Metric):
    """How much nearer in opinion the two ends of an edge are than two users picked at random."""

    name, label, group = "homophily_ratio", "Opinion distance on edges", "echo chambers"
    formula = (
        "1 - mean abs(x_i - x_j) over edges / mean abs(x_i - x_j) over all pairs of different users; in a run over"
        " follow edges, of a file over all edges of the whole graph and all pairs of its nodes with an opinion;"
        " where directed, a pair joined both ways is two edges"
    )
    range = (None, 1.0)
    direction = "1 edges join equal opinions, 0 random mixing, below 0 edges seek difference"
    edge_cases = "missing without an edge and while all agree"
    null = "0: random mixing; of a file: opinions shuffled over all nodes that have one"
    reference = (
        "homophily as a ratio of distances: definition; McPherson, Smith-Lovin & Cook 2001, Annual Review "
        "of Sociology 27:415-444"
    )
    cost = "O(m + n log n)"
    usual = False
    reads = ("graph", "opinions")

    def compute(self, view: View) -> MetricPoint:
        gaps, apart = view.gaps, view.apart
        if not gaps.edges or not apart:
            return point(None, 0.0)
        return point(1.0 - gaps.distances / gaps.edges / apart, 0.0)

    def score(self, files: Files) -> Score:
        graph, x = files.network, files.x
        return against(
            ratio(graph, x), (ratio(graph, order) for order in pairs.shuffled(files, self.name, x))
        )


def ratio(graph: Graph, x: NDArray[np.float64]) -> float | None:
    """Return the ratio of a graph's edges with opinions float64[N], NaN for none; None where undefined."""
    one, other = pairs.ends(graph, x)
    apart = mean_distance(x[~np.isnan(x)])
    return 1.0 - float(np.abs(one - other).mean()) / apart if one.shape[0] and apart else None
