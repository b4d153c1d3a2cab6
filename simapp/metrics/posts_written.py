"""posts_written."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Posts per step."""

    name, label, unit, action = "posts_written", "Posts written", "posts", "create_post"
    formula = "posts written in the step, seed posts and injected posts by users included"
