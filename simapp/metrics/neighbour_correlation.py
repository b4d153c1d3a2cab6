"""neighbour_correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View

# A world that has fully depolarised still correlates at 0.7 to 0.9: what is left of the differences is
# local. Below this variance (standard deviation 0.1) there is no disagreement to be sorted.
GATE = 0.01


class Here(Metric):
    """Whether users follow people who think as they do."""

    name, label, group = "neighbour_correlation", "Neighbour correlation", "echo chambers"
    formula = "Pearson correlation of x_i with the mean x of whom i follows, over users who follow anyone"
    range = (-1.0, 1.0)
    direction = "1 everybody follows their own side, 0 no relation, -1 everybody follows the other side"
    edge_cases = (
        "missing with fewer than 3 users who follow anyone, when either side is constant, and while the"
        " opinion variance is below 0.01: correlation stays high in a world that has become of one mind"
    )
    null = "0: opinions shuffled over users"
    reference = "Cinelli et al. 2021, PNAS 118:e2023301118"
    cost = "O(n + m)"

    def compute(self, view: View) -> MetricPoint:
        if view.spread.m2 < GATE or view.edges.followers < 3:
            return point(None, 0.0)
        return point(view.edges.correlation, 0.0)
