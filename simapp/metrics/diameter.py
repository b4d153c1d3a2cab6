"""diameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import graph_passes
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph


class Here(OnDemand):
    """How many steps lie between the two nodes farthest apart."""

    name, label, unit, group = "diameter", "Diameter", "steps", "network"
    formula = "the longest of the shortest paths between nodes of the undirected largest component"
    range = (0.0, None)
    direction = "1 everybody joined to everybody; grows slowly in a small world"
    edge_cases = "0 for one node; paths between components do not count"
    null = "none"
    reference = "definition; found by bounds on eccentricities: Takes & Kosters 2011, CIKM 1191-1196"
    cost = "a breadth-first search, O(m), for each of usually a few dozen nodes; of every node at worst"
    reads = ("graph",)

    def score(self, files: Files) -> Score:
        graph, _ = files.network.largest
        return beside(float(longest(graph)))


def longest(graph: Graph) -> int:
    """Return the diameter of a connected undirected graph.

    A search from v with eccentricity e bounds that of every w at distance d: max(e - d, d) <= e(w) <= e + d. Nodes
    whose upper bound is no more than the best lower bound cannot matter.
    """
    rows, n = graph.neighbours, graph.nodes
    low, high = np.zeros(n, np.int64), np.full(n, np.iinfo(np.int64).max // 2)
    distance, queue = np.empty(n, np.int32), np.empty(n, np.int32)
    open_, widest, best = np.ones(n, np.bool_), True, 0
    while open_.any():
        left = np.flatnonzero(open_)
        # In turn the node that may be farthest from all and the one that is nearest; of equal ones that of most edges.
        rank = -high[left] if widest else low[left]
        node = int(left[np.lexsort((-graph.degree[left], rank))[0]])
        far = int(graph_passes.distances(rows.start, rows.others, node, distance, queue))
        best, widest = max(best, far), not widest
        np.maximum(low, np.maximum(far - distance, distance), out=low)
        np.minimum(high, far + distance, out=high)
        open_ &= high > best
        open_[node] = False
    return best
