"""deviation_sum."""

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
    """What Musco et al. call the polarization of a network: the opinion spread, added up instead of averaged,
    so that it can be set beside disagreement along edges."""

    name, label, group = "deviation_sum", "Sum of squared deviations", "opinions"
    formula = "sum over users of (x - mean x)^2"
    range = (0.0, None)
    direction = "0 everybody agrees; grows with the number of users"
    edge_cases = "missing without users"
    null = "n/3: opinions spread evenly over [-1, 1]"
    reference = "Musco, Musco & Tsourakakis 2018, WWW 369-378"
    cost = "O(n)"
    usual = False
    reads = ("opinions",)

    def compute(self, view: View) -> MetricPoint:
        spread = view.spread
        return point(spread.users * spread.m2 if spread.users else None, spread.users / 3.0)

    def score(self, files: Files) -> Score:
        x = files.x[~np.isnan(files.x)]
        return beside(float(((x - x.mean()) ** 2).sum()), x.shape[0] / 3.0)
