"""largest_cascade_breadth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._cascade import OfLargest
from simapp.metrics.base import point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(OfLargest):
    """How wide the largest cascade is."""

    name, label, unit = "largest_cascade_breadth", "Largest cascade: breadth", "posts"
    formula = "nodes on the level that has most of them"
    range = (1.0, None)
    direction = "1 a chain or a post alone, high a broadcast"
    reference = "Vosoughi, Roy & Aral 2018, Science 359:1146-1151 (max-breadth)"

    def compute(self, view: View) -> MetricPoint:
        return point(view.largest.breadth if view.largest else None)
