"""assortativity_discrete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics import mixing
from simapp.metrics.base import Metric, point
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.view import View


class Here(Metric):
    """How much more edges stay within a side than the sides' shares of edges would make them. Unlike the E-I index
    it is 0 for random edges whatever the sizes of the sides."""

    name, label, group = "assortativity_discrete", "Assortativity of sides", "echo chambers"
    formula = (
        "(sum e_ii - sum a_i b_i) / (1 - sum a_i b_i), e_ij the share of edges from side i to side j, a_i = sum_j"
        " e_ij, b_j = sum_i e_ij; in a run of the follow edges between users with a side; of a file in the"
        " undirected largest component, each edge half from either end"
    )
    range = (-1.0, 1.0)
    direction = (
        "1 all edges within a side, 0 as random edges of the same degrees, below 0 edges seek the other side"
    )
    edge_cases = (
        "missing without an edge between users with a side, and when all such edges stay within one and the same"
        " side"
    )
    null = "0: random edges; of a file: sides shuffled over the nodes of the component"
    reference = "Newman 2003, Physical Review E 67:026126, eq. 2"
    cost = "O(n + m)"
    usual = False
    reads = ("graph", "sides")

    def compute(self, view: View) -> MetricPoint:
        return point(mixing.assortativity(view.edges.mix), 0.0)

    def score(self, files: Files) -> Score:
        graph, sides = mixing.of_largest(files)
        null = mixing.shuffled_mixes(files, self.name, graph, sides)
        value = mixing.assortativity(mixing.mix_of(graph, sides))
        return against(value, (mixing.assortativity(mix) for mix in null))
