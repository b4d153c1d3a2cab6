"""transitivity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph


class Here(OnDemand):
    """How often two edges that meet are closed to a triangle, over the whole graph."""

    name, label, group = "transitivity", "Transitivity", "network"
    formula = "3 triangles / paths of two edges (sum over nodes of d (d - 1) / 2, d the degree), directions aside"
    range = (0.0, 1.0)
    direction = "0 no triangles, 1 only complete groups"
    edge_cases = "missing without a path of two edges"
    null = "edges rewired, degrees kept"
    reference = "Newman, Strogatz & Watts 2001, Physical Review E 64:026118"
    cost = "O(sum of d^2) at worst, for the value and for each draw"
    reads = ("graph",)

    def score(self, files: Files) -> Score:
        graph = files.network.undirected
        return against(closed(graph), (closed(other) for other in files.rewirings(self.name, graph)))


def closed(graph: Graph) -> float | None:
    """Return the transitivity of an undirected graph; None without a path of two edges."""
    paths = int((graph.degree * (graph.degree - 1) // 2).sum())
    return int(graph.corners.sum()) / paths if paths else None
