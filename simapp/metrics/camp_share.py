"""camp_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.base import Metric, point
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
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
    reads = ("opinions",)

    def compute(self, view: View) -> MetricPoint:
        spread = view.spread
        return point(spread.above / spread.users if spread.users else None)

    def score(self, files: Files) -> Score:
        x = files.x[~np.isnan(files.x)]
        return beside(float((x > 0).mean()) if x.shape[0] else None)
