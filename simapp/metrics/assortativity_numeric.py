"""assortativity_numeric."""

from __future__ import annotations

import math
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
    """How alike the opinions at the two ends of an edge are."""

    name, label, group = "assortativity_numeric", "Assortativity of opinions", "echo chambers"
    formula = (
        "Pearson correlation over edges of x at one end with x at the other; in a run over follow edges, follower"
        " with followee; of a file in the undirected largest component, each edge taken both ways"
    )
    range = (-1.0, 1.0)
    direction = "1 edges join equal opinions, 0 no relation, below 0 opposite ones"
    edge_cases = "missing without an edge, and when the ends on either side are constant (variance below 1e-12)"
    null = "0: random edges; of a file: opinions shuffled over the nodes of the component"
    reference = "Newman 2003, Physical Review E 67:026126, eq. 21"
    cost = "O(n + m)"
    usual = False
    reads = ("graph", "opinions")

    def compute(self, view: View) -> MetricPoint:
        g = view.gaps
        return point(pearson(g.edges, g.own, g.other, g.own_squares, g.other_squares, g.products), 0.0)

    def score(self, files: Files) -> Score:
        graph, x = pairs.of_largest(files)
        return against(
            along(graph, x), (along(graph, order) for order in pairs.shuffled(files, self.name, x))
        )


def along(graph: Graph, x: NDArray[np.float64]) -> float | None:
    """Return the correlation over the edges of an undirected graph, each taken both ways; NaN is no opinion."""
    one, other = pairs.ends(graph, x)
    a, b = np.concatenate([one, other]), np.concatenate([other, one])
    return pearson(a.shape[0], *(float(s) for s in (a.sum(), b.sum(), a @ a, b @ b, a @ b)))


def pearson(n: int, x: float, y: float, xx: float, yy: float, xy: float) -> float | None:
    """Return Pearson's r from sums over n pairs; None without pairs or where a side is constant."""
    if not n:
        return None
    vx, vy = xx / n - (x / n) ** 2, yy / n - (y / n) ** 2
    if not (vx >= 1e-12 and vy >= 1e-12):
        return None
    return min(1.0, max(-1.0, (xy / n - x * y / n**2) / math.sqrt(vx * vy)))
