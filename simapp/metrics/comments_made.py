"""comments_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Comments per step."""

    name, label, unit, action = "comments_made", "Comments made", "comments", "create_comment"
    formula = "comments written in the step (create_comment)"
