"""cascade_mean_depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.base import point
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.view import View


class Here(OfCascades):
    """How far from their source cascades get, on average: the few deep ones count."""

    name, label, unit = "cascade_mean_depth", "Mean cascade depth", "shares"
    formula = (
        "mean over cascades of the edges on the longest path from the root; in a run of the cascades whose first post"
        " is in the feed window"
    )
    range = (0.0, None)
    direction = "0 nobody shared it, 1 shared only from the source"
    edge_cases = "missing without a cascade; a root alone has 0"
    reference = "Vosoughi, Roy & Aral 2018, Science 359:1146-1151 (depth)"
    live = True

    def compute(self, view: View) -> MetricPoint:
        posts = view.posts
        roots = posts.size > 0
        return point(float(posts.max_depth[roots].mean(dtype=np.float64)) if roots.any() else None)

    def score(self, files: Files) -> Score:
        return beside(float(files.cascades.shapes.depth.mean()))
