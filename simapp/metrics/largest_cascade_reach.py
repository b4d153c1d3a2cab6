"""largest_cascade_reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._cascade import OfLargest
from simapp.metrics.base import point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(OfLargest):
    """How many users the largest cascade has."""

    name, label, unit = "largest_cascade_reach", "Largest cascade: reach", "users"
    formula = "distinct users among the author and everybody who reposted or quoted within the cascade"
    range = (1.0, None)
    direction = "1 nobody shared it"
    reference = "Vosoughi, Roy & Aral 2018, Science 359:1146-1151 (size)"

    def compute(self, view: View) -> MetricPoint:
        return point(view.largest.users if view.largest else None)
