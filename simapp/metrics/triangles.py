"""triangles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OnDemand):
    """How many groups of three are all joined."""

    name, label, group = "triangles", "Triangles", "network"
    formula = "sets of three nodes with an edge between each two, directions aside"
    range = (0.0, None)
    direction = "0 none"
    edge_cases = "0 where there are none"
    null = "edges rewired, degrees kept"
    reference = "definition; counted by merging sorted neighbour lists"
    cost = "O(sum of d^2) at worst, for the value and for each draw"
    reads = ("graph",)

    def score(self, files: Files) -> Score:
        graph = files.network.undirected
        null = (int(other.corners.sum()) / 3 for other in files.rewirings(self.name, graph))
        return against(int(graph.corners.sum()) / 3, null)
