"""refused_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """How often users asked for what the platform did not allow."""

    name, label, group = "refused_share", "Refused requests", "refusals"
    formula = (
        "users' refused requests / users' requests, of the step: rows of events.csv with an actor and an outcome"
        " other than done / all with an actor"
    )
    range = (0.0, 1.0)
    direction = "0 everything was done, 1 everything was refused"
    edge_cases = (
        "missing in a step without requests; doing nothing is no request; searches and posts injected in a user's"
        " name are"
    )
    null = "none"
    reference = "definition"
    cost = "O(e)"

    def compute(self, view: View) -> MetricPoint:
        requests = int(view.tally.done.sum()) + view.tally.refused
        return point(view.tally.refused / requests if requests else None)
