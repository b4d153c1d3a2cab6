"""degree_gini."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, beside
from simapp.metrics.inequality import inequality

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OnDemand):
    """How unequally edges are spread over nodes."""

    name, label, group = "degree_gini", "Degree inequality", "network"
    formula = (
        "sum (2 i - n - 1) d_(i) / (n sum d), d_(i) the i-th smallest degree, directions aside, of all n nodes of"
        " the file, those without an edge included where the file names them"
    )
    range = (0.0, 1.0)
    direction = "0 all alike, near 1 a few have nearly all"
    edge_cases = "missing without an edge; 0 for one node"
    null = "none"
    reference = "Gini 1912; Gastwirth 1972, Review of Economics and Statistics 54:306-316"
    cost = "O(m + n)"
    reads = ("graph",)

    def score(self, files: Files) -> Score:
        found = inequality(files.network.undirected.degree)
        return beside(found.gini if found else None)
