"""follows_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """New follow edges per step."""

    name, label, unit, action = "follows_made", "New follows", "follows", "follow"
    formula = (
        "follow edges that appeared in the step by users' actions (follow); the initial network and follows that"
        " the scenario orders are not counted"
    )
