"""active_users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """How many users left a trace in the step."""

    name, label, unit, group = "active_users", "Users who acted", "users", "activity"
    formula = "distinct actors of the step's activity, whatever the action"
    range = (0.0, None)
    direction = "higher means more users did something"
    edge_cases = (
        "users who only read their feed, and users all of whose requests were refused, are not counted; who"
        " searched, asked for trends or refreshed is, and so is a user in whose name the scenario injected a post."
        " Not the count active in steps.csv: that is how many were shown a feed"
    )
    null = "none"
    reference = "definition"
    cost = "O(e)"

    def compute(self, view: View) -> MetricPoint:
        return point(view.tally.actors)
