"""local_clustering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph


class Here(OnDemand):
    """How often two of a node's neighbours are joined, averaged over nodes."""

    name, label, group = "local_clustering", "Mean local clustering", "network"
    formula = (
        "mean over all nodes of the graph of triangles at the node / (d (d - 1) / 2), d its degree, directions"
        " aside; a node with d < 2 counts as 0"
    )
    range = (0.0, 1.0)
    direction = "0 no triangles, 1 every neighbourhood complete"
    edge_cases = "missing without a node"
    null = "edges rewired, degrees kept"
    reference = "Watts & Strogatz 1998, Nature 393:440-442"
    cost = "O(sum of d^2) at worst, for the value and for each draw"
    reads = ("graph",)

    def score(self, files: Files) -> Score:
        graph = files.network.undirected
        return against(clustering(graph), (clustering(other) for other in files.rewirings(self.name, graph)))


def clustering(graph: Graph) -> float | None:
    """Return the mean local clustering of an undirected graph; None without a node."""
    d = graph.degree.astype(np.float64)
    return float((2.0 * graph.corners / np.maximum(d * (d - 1.0), 1.0)).mean()) if graph.nodes else None
