"""ei_index."""

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
    """Whether follow edges stay within a camp. Read it beside its baseline: with a 90/10 split, edges
    drawn at random give -0.64."""

    name, label, group = "ei_index", "E-I index", "echo chambers"
    formula = (
        "(E - I) / (E + I), E edges between the sides, I within a side, in a run of all follow edges, of a file of"
        " all edges of the whole graph; where directed, a pair joined both ways is two edges"
    )
    range = (-1.0, 1.0)
    direction = "-1 all edges within a side, 0 as many across as within, 1 all edges across"
    edge_cases = "missing without an edge between users who have a side; at exactly 0 a user has none"
    null = (
        "4 p (1 - p) - 1, p the positive share of the users who have a side: edges that know no side; of a file:"
        " sides shuffled over all nodes that have one"
    )
    reference = "Krackhardt & Stern 1988, Social Psychology Quarterly 51:123-140"
    cost = "O(n + m)"
    reads = ("graph", "sides")

    def compute(self, view: View) -> MetricPoint:
        external, internal = view.edges.external, view.edges.internal
        value = (external - internal) / (external + internal) if external + internal else None
        return point(value, baseline(view.spread.above, view.spread.below))

    def score(self, files: Files) -> Score:
        value = mixing.ei(mixing.mix_of(files.network, files.camps))
        null = mixing.shuffled_mixes(files, self.name, files.network, files.camps)
        return against(value, (mixing.ei(mix) for mix in null))


def baseline(above: int, below: int) -> float | None:
    """Return the expected index of random edges between camps of these sizes, None without any user."""
    if not above + below:
        return None
    share = above / (above + below)
    return 4.0 * share * (1.0 - share) - 1.0
