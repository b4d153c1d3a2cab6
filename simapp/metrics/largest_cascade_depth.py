"""largest_cascade_depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._cascade import OfLargest
from simapp.metrics.base import point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(OfLargest):
    """How far from its source the largest cascade got."""

    name, label, unit = "largest_cascade_depth", "Largest cascade: depth", "shares"
    formula = "edges on the longest path from the first post down"
    range = (0.0, None)
    direction = "0 nobody shared it, 1 shared only from the source"
    reference = "Vosoughi, Roy & Aral 2018, Science 359:1146-1151 (depth)"

    def compute(self, view: View) -> MetricPoint:
        return point(view.largest.depth if view.largest else None)
