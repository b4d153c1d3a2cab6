"""largest_cascade_virality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._cascade import OfLargest
from simapp.metrics.base import point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(OfLargest):
    """Whether the largest cascade spread from user to user or from one source."""

    name, label, unit = "largest_cascade_virality", "Largest cascade: structural virality", "shares"
    formula = "2 W / (n (n - 1)), W the sum of distances (in edges) between all pairs of its n posts"
    range = (0.0, None)
    direction = "0 a post alone, just under 2 a broadcast, (n + 1)/3 a chain"
    reference = "Goel, Anderson, Hofman & Watts 2016, Management Science 62:180-196"

    def compute(self, view: View) -> MetricPoint:
        return point(view.largest.virality if view.largest else None)
