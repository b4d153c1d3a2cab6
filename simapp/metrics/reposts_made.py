"""reposts_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Reposts per step."""

    name, label, unit, action = "reposts_made", "Reposts made", "reposts", "repost"
    formula = "reposts made in the step (repost); quotes are counted apart"
