"""bimodality_coefficient."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.base import Metric, point
from simapp.metrics.files import Score, beside
from simapp.metrics.view import Spread

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.view import View

UNIFORM = 5.0 / 9.0


class Here(Metric):
    """Whether opinions pile up in two places. Read it beside spread and camp share: 90 % on one side and
    10 % on the other score the maximum too, and so does a skewed single camp score high."""

    name, label, group = "bimodality_coefficient", "Bimodality", "opinions"
    formula = (
        "(g^2 + 1) / (k + 3 (n-1)^2 / ((n-2)(n-3))), g = sqrt(n(n-1))/(n-2) m3/m2^1.5 the skewness and k ="
        " (n-1)/((n-2)(n-3)) ((n+1)(m4/m2^2 - 3) + 6) the excess kurtosis, corrected for sample size; m_p the mean"
        " of (x - mean x)^p over the n users"
    )
    range = (0.0, 1.0)
    direction = "below 5/9 one camp, above 5/9 two camps or one skewed camp, 1 two points"
    edge_cases = "missing with fewer than 4 users or when all agree"
    null = "5/9: opinions spread evenly"
    example = "x -0.9, -0.5, -0.4, 0.7, 0.8 gives 0.2116, null 0.5556"
    reference = "Ellison 1987; SAS/STAT (CLUSTER); Pfister et al. 2013, Frontiers in Psychology 4:700"
    cost = "O(n)"
    reads = ("opinions",)

    def compute(self, view: View) -> MetricPoint:
        return point(coefficient(view.spread), UNIFORM)

    def score(self, files: Files) -> Score:
        x = files.x[~np.isnan(files.x)]
        if not x.shape[0] or x.min() == x.max():
            return beside(None, UNIFORM)
        m2, m3, m4 = (float(((x - x.mean()) ** power).mean()) for power in (2, 3, 4))
        return beside(coefficient(Spread(x.shape[0], m2, m3, m4, 0, 0)), UNIFORM)


def coefficient(spread: Spread) -> float | None:
    """Return the coefficient from population moments; None with fewer than 4 values or no variance."""
    n, variance = spread.users, spread.m2
    if n < 4 or variance <= 0.0 or variance * variance <= 0.0:
        return None
    skewness = math.sqrt(n * (n - 1)) / (n - 2) * spread.m3 / math.pow(variance, 1.5)
    excess = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (spread.m4 / variance**2 - 3.0) + 6.0)
    return (skewness**2 + 1.0) / (excess + 3.0 * (n - 1) ** 2 / ((n - 2) * (n - 3)))
