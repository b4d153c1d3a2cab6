"""opinion_variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.base import Metric, point
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.view import View

UNIFORM = 1.0 / 3.0


class Here(Metric):
    """How far apart opinions are, as a share of the most they could be."""

    name, label, group = "opinion_variance", "Opinion spread", "opinions"
    formula = (
        "mean of (x - mean x)^2 over users, population form; divided by its maximum, which is 1 on [-1, 1]"
    )
    range = (0.0, 1.0)
    direction = "0 everybody agrees, 1 two equal camps at the two ends"
    edge_cases = "missing without users; 0 with one user or when all agree"
    null = "1/3: opinions spread evenly over [-1, 1]"
    reference = "standard definition; the maximum of the variance on an interval: Popoviciu 1935"
    cost = "O(n)"
    reads = ("opinions",)

    def compute(self, view: View) -> MetricPoint:
        spread = view.spread
        return point(min(spread.m2, 1.0) if spread.users else None, UNIFORM)

    def score(self, files: Files) -> Score:
        return beside(float(np.nanvar(files.x)), UNIFORM)
