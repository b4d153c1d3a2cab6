"""unfollows_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Lost follow edges per step."""

    name, label, unit, action = "unfollows_made", "Unfollows", "unfollows", "unfollow"
    formula = "follow edges that disappeared in the step by users' actions (unfollow)"
