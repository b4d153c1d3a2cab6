"""cascade_deep_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.base import point
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.view import View


class Here(OfCascades):
    """How many cascades got further than the source's own audience."""

    name, label = "cascade_deep_share", "Share deeper than one"
    formula = (
        "cascades with a depth of 2 or more / cascades; in a run of the cascades whose first post is"
        " in the feed window"
    )
    range = (0.0, 1.0)
    direction = "0 only broadcasts, 1 every cascade was passed on"
    edge_cases = "missing without a cascade"
    reference = "Goel, Watts & Goldstein 2012, ACM Conference on Electronic Commerce 623-638"
    live = True

    def compute(self, view: View) -> MetricPoint:
        posts = view.posts
        roots = posts.size > 0
        return point(float((posts.max_depth[roots] > 1).mean()) if roots.any() else None)

    def score(self, files: Files) -> Score:
        return beside(float((files.cascades.shapes.depth > 1).mean()))
