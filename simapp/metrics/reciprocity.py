"""reciprocity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph


class Here(OnDemand):
    """How many follows are returned."""

    name, label, group = "reciprocity", "Reciprocity", "network"
    formula = "directed edges whose reverse is there too / directed edges"
    range = (0.0, 1.0)
    direction = "0 nobody follows back, 1 everybody"
    edge_cases = "missing without an edge and for an undirected graph"
    null = "directed edges rewired, in- and out-degrees kept"
    reference = (
        "Newman, Forrest & Balthrop 2002, Physical Review E 66:035101; 0.22 on Twitter: Kwak et al. 2010"
    )
    cost = "O(m log m), for the value and for each draw"
    reads = ("graph",)

    def score(self, files: Files) -> Score:
        graph = files.network
        return against(returned(graph), (returned(other) for other in files.rewirings(self.name, graph)))


def returned(graph: Graph) -> float | None:
    """Return the share of a directed graph's edges that go both ways; None where undefined."""
    if not graph.directed or not graph.source.shape[0]:
        return None
    there = graph.source.astype(np.int64) << 32 | graph.target
    back = graph.target.astype(np.int64) << 32 | graph.source
    return float(np.isin(there, back).mean())
