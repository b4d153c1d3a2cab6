"""What the mean scores of the three first-vote arms have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class MeanScore(Metric):
    """Mean score of the posts of one arm (1 up, 0 none, -1 down)."""

    arm: ClassVar[int]
    unit: ClassVar[str] = "votes"
    group: ClassVar[str] = "first votes"
    range: ClassVar[tuple[float | None, float | None]] = (None, None)
    direction: ClassVar[str] = "above the untreated posts: the first vote drew more of its kind (herding)"
    edge_cases: ClassVar[str] = (
        "missing while no such post is in the feed window; removed posts (a done remove_post in events.csv and no"
        " restore_post after it) are left out, those of suspended users are not; only posts are ever treated, never"
        " reposts, quotes or comments"
    )
    null: ClassVar[str] = "mean score of the untreated posts: a first vote that changes nothing"
    reference: ClassVar[str] = "Muchnik, Aral & Taylor 2013, Science 341:647-651"
    cost: ClassVar[str] = "O(h)"

    def compute(self, view: View) -> MetricPoint:
        scores = view.first_vote_scores
        return point(scores.get(self.arm), scores.get(0) if self.arm else None)
