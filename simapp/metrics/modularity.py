"""modularity."""

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
    """How many more edges the sides hold inside than random edges of the same degrees. Of the sides as they are: no
    division is looked for, since any sparse graph has one that scores high."""

    name, label, group = "modularity", "Modularity of sides", "echo chambers"
    formula = (
        "sum over sides of e_ii - a_i b_i, e_ij the share of edges from side i to side j, a_i = sum_j e_ij, b_j ="
        " sum_i e_ij; in a run of the follow edges between users with a side; of a file in the undirected largest"
        " component, each edge half from either end: L_c/m - (d_c/2m)^2 with L_c edges inside side c and d_c its"
        " degrees"
    )
    range = (-1.0, 1.0)
    direction = "0 as random edges of the same degrees, 0.5 two equal sides without an edge between"
    edge_cases = "missing without an edge between users with a side; 0 with one side; never below -0.5 where undirected"
    null = "0: random edges; of a file: sides shuffled over the nodes of the component"
    reference = (
        "Newman & Girvan 2004, Physical Review E 69:026113; directed: Leicht & Newman 2008, Physical Review Letters"
        " 100:118703"
    )
    cost = "O(n + m)"
    usual = False
    reads = ("graph", "sides")

    def compute(self, view: View) -> MetricPoint:
        return point(mixing.modularity(view.edges.mix), 0.0)

    def score(self, files: Files) -> Score:
        graph, sides = mixing.of_largest(files)
        null = mixing.shuffled_mixes(files, self.name, graph, sides)
        value = mixing.modularity(mixing.mix_of(graph, sides))
        return against(value, (mixing.modularity(mix) for mix in null))
