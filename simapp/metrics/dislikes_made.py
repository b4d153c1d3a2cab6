"""dislikes_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Dislikes per step."""

    name, label, unit, action = "dislikes_made", "Dislikes given", "dislikes", "dislike_post"
    formula = (
        "dislikes given in the step to posts and quotes (dislike_post); dislikes of comments (dislike_comment) do"
        " not count; a dislike taken back later is not subtracted"
    )
