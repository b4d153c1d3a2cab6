"""cross_cutting_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """How much of what is shown comes from the other side."""

    name, label, group = "cross_cutting_share", "Cross-cutting exposure", "exposure"
    formula = (
        "impressions of the step whose author's x has the other sign than the viewer's / impressions between users"
        " with a side; of a repost the author of the original counts, of a quote who quoted"
    )
    range = (0.0, 1.0)
    direction = "0 only the own side is shown, 1 only the other"
    edge_cases = (
        "missing without an impression between users with a side; at exactly 0 a user has none; posts by the"
        " scenario itself are left out"
    )
    null = (
        "p (1 - q) + q (1 - p), p and q the positive shares of these impressions by viewer and by author: "
        "posts dealt out at random"
    )
    reference = "Bakshy, Messing & Adamic 2015, Science 348:1130-1132"
    cost = "O(i), i impressions of the step"
    usual = False

    def compute(self, view: View) -> MetricPoint:
        mix = view.shown.mix
        total = int(mix.sum())
        if not total:
            return point(None)
        viewer, author = mix[1].sum() / total, mix[:, 1].sum() / total
        return point((mix[0, 1] + mix[1, 0]) / total, viewer * (1 - author) + author * (1 - viewer))
