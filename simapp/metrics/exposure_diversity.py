"""exposure_diversity."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.base import Metric, point
from simapp.metrics.exposure import LEANINGS

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """How varied the opinions are that a user is shown."""

    name, label, group = "exposure_diversity", "Exposure diversity", "exposure"
    formula = (
        "mean over users of H / ln 5, H = -sum p_b ln p_b, p_b the share of the user's impressions of the step"
        " whose author's x is in bin b of 5 equal bins of [-1, 1]; over users who were shown anything by a user,"
        " impressions of posts by the scenario itself left out"
    )
    range = (0.0, 1.0)
    direction = "0 everybody is shown one kind of opinion, 1 all five equally"
    edge_cases = (
        "missing without impressions; a user who was shown one post counts as 0, and lists shorter than 5 "
        "cannot reach 1; of a repost the author of the original counts"
    )
    null = "H / ln 5 of all impressions together: everybody shown the same mix, in long lists"
    reference = (
        "Shannon entropy of exposure; the question: Bakshy, Messing & Adamic 2015, Science 348:1130-1132"
    )
    cost = "O(i), i impressions of the step"
    usual = False

    def compute(self, view: View) -> MetricPoint:
        shown = view.shown
        if not shown.entropies.shape[0]:
            return point(None)
        whole = math.log(LEANINGS)
        share = shown.bins[shown.bins > 0] / shown.bins.sum()
        null = min(1.0, float(-(share * np.log(share)).sum()) / whole)
        return point(min(1.0, float(shown.entropies.mean()) / whole), max(0.0, null))
