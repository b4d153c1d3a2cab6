"""camp_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """How many users stand on the positive side."""

    name, label, group = "camp_share", "Share of the positive camp", "opinions"
    formula = "users with x > 0 / users"
    range = (0.0, 1.0)
    direction = "0 nobody on the positive side, 0.5 equal camps, 1 everybody"
    edge_cases = "missing without users; users at exactly 0 belong to no camp but count below the line"
    null = "none"
    reference = "definition"
    cost = "O(n)"

    def compute(self, view: View) -> MetricPoint:
        spread = view.spread
        return point(spread.above / spread.users if spread.users else None)
