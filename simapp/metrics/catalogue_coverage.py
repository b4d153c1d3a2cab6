"""catalogue_coverage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.posts import COMMENT
from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """How many of the posts that could be shown were shown to anybody."""

    name, label, group = "catalogue_coverage", "Catalogue coverage", "exposure"
    formula = (
        "posts of the feed window shown at least once in the step / h, h the posts, quotes and reposts of the feed"
        " window, a repost being a row of its own"
    )
    range = (0.0, 1.0)
    direction = "near 0 all look at the same few posts, 1 every post reached somebody"
    edge_cases = (
        "missing without such a post; comments are shown by no feed and do not count; removed posts do, and so do"
        " those of the step itself, which can be shown from the next one on"
    )
    null = "1 - (1 - 1/h)^i, i impressions of the step dealt to h posts at random"
    reference = "Ge, Delgado-Battenfeld & Jannach 2010, ACM RecSys 257-260"
    cost = "O(h + i), i impressions of the step"
    usual = False

    def compute(self, view: View) -> MetricPoint:
        # Comments are read under their post: no feed shows them.
        times = view.times[view.posts.kind != COMMENT]
        if not times.shape[0]:
            return point(None)
        h, dealt = times.shape[0], int(times.sum())
        random = -math.expm1(dealt * math.log1p(-1.0 / h)) if h > 1 else float(dealt > 0)
        return point(np.count_nonzero(times) / h, random)
