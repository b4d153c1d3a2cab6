"""What counts of users' events have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Done(Metric):
    """How often users did one kind of action in a step; `action` is the action's name."""

    action: ClassVar[str]
    group: ClassVar[str] = "activity"
    range: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    direction: ClassVar[str] = "higher means more of it"
    edge_cases: ClassVar[str] = (
        "refused requests are not counted, nor is what the scenario does in nobody's name (artificial first votes,"
        " moderation); what it makes a user do counts as that user's; missing where the engine has no such action"
    )
    null: ClassVar[str] = "none"
    reference: ClassVar[str] = "definition"
    cost: ClassVar[str] = "O(e)"

    def compute(self, view: View) -> MetricPoint:
        code = view.codes.get(self.action)
        return point(None if code is None else int(view.tally.done[code]))
