"""disagreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import pairs
from simapp.metrics.base import Metric, point
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph
    from simapp.metrics.view import View


class Here(Metric):
    """How much the users who are joined by edges disagree, added up."""

    name, label, group = "disagreement", "Disagreement along edges", "echo chambers"
    formula = (
        "sum over edges of w_ij (x_i - x_j)^2; in a run over follow edges, w = 1, two users who follow each other"
        " counting twice; of a file over the undirected edges of the whole graph, w = 1 or with --weights the"
        " weights of both directions together"
    )
    range = (0.0, None)
    direction = "0 nobody disagrees with anybody they are joined to"
    edge_cases = "0 without an edge; missing without users"
    null = "of a file: opinions shuffled over all nodes that have one; in a run none"
    reference = "Musco, Musco & Tsourakakis 2018, WWW 369-378; Chen, Lijffijt & De Bie 2018, KDD 1197-1205"
    cost = "O(m)"
    usual = False
    reads = ("graph", "opinions")

    def compute(self, view: View) -> MetricPoint:
        if not view.column.shape[0]:
            return point(None)
        gaps = view.gaps
        return point(float(np.maximum(0.0, gaps.own_squares + gaps.other_squares - 2.0 * gaps.products)))

    def score(self, files: Files) -> Score:
        graph, x = files.network.undirected, files.x
        return against(
            total(graph, x), (total(graph, order) for order in pairs.shuffled(files, self.name, x))
        )


def total(graph: Graph, x: NDArray[np.float64]) -> float:
    """Return the sum over the edges of a graph whose ends both have an opinion."""
    gap = x[graph.source] - x[graph.target]
    known = ~np.isnan(gap)
    return float((graph.weight[known] * gap[known] ** 2).sum())
