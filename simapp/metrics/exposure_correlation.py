"""exposure_correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import passes
from simapp.metrics.base import Metric, point
from simapp.metrics.neighbour_correlation import GATE

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """Whether users are shown people who think as they do: neighbour correlation on what was shown rather than
    on who is followed, since that is where a ranking acts."""

    name, label, group = "exposure_correlation", "Exposure correlation", "exposure"
    formula = (
        "Pearson correlation of x_i with the mean x of the authors of what i was shown in the step, each impression"
        " counting (an author shown twice counts twice), over users who were shown anything by a user; of a repost"
        " the author of the original counts, of a quote who quoted"
    )
    range = (-1.0, 1.0)
    direction = "1 everybody is shown their own side, 0 no relation, -1 everybody is shown the other side"
    edge_cases = (
        "missing with fewer than 3 such users, when either side is constant, and while the opinion variance"
        " is below 0.01; posts by the scenario itself are left out"
    )
    null = "0: a random feed"
    reference = "Cinelli et al. 2021, PNAS 118:e2023301118, on impressions instead of follows"
    cost = "O(i), i impressions of the step"
    usual = False

    def compute(self, view: View) -> MetricPoint:
        shown = view.shown
        if view.spread.m2 < GATE or shown.viewers.shape[0] < 3:
            return point(None, 0.0)
        _, r = passes.correlation(shown.viewers, shown.means)
        return point(None if np.isnan(r) else float(r), 0.0)
