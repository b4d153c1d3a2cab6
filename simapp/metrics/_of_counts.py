"""What the figures of inequality have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class OfCounts(Metric):
    """How unequally something is spread over all users: `counted` of `View.tallies`, `figure` of `Inequality`."""

    counted: ClassVar[str]
    figure: ClassVar[str]
    group: ClassVar[str] = "inequality"
    null: ClassVar[str] = "none"
    usual: ClassVar[bool] = False

    def compute(self, view: View) -> MetricPoint:
        found = view.tally_of(self.counted)
        return point(None if found is None else getattr(found, self.figure))
