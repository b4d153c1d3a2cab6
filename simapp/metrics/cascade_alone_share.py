"""cascade_alone_share."""

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
    """How many posts nobody shared."""

    name, label = "cascade_alone_share", "Share never passed on"
    formula = (
        "cascades of one node / cascades; in a run of the cascades whose first post is in the feed window"
    )
    range = (0.0, 1.0)
    direction = "0 everything was shared, 1 nothing was"
    edge_cases = "missing without a cascade; of a file that was chosen by size it says nothing of the world"
    reference = "Goel, Watts & Goldstein 2012, ACM Conference on Electronic Commerce 623-638"
    live = True

    def compute(self, view: View) -> MetricPoint:
        posts = view.posts
        roots = posts.size > 0
        return point(float((posts.size[roots] == 1).mean()) if roots.any() else None)

    def score(self, files: Files) -> Score:
        return beside(float((files.cascades.shapes.size == 1).mean()))
