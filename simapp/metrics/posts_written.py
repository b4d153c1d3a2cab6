"""posts_written."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Posts per step."""

    name, label, unit, action = "posts_written", "Posts written", "posts", "create_post"
    formula = (
        "posts written in the step (create_post), seed posts (step 0) and posts injected in a user's name included;"
        " reposts, quotes and comments are counted apart"
    )
