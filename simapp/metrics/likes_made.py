"""likes_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Likes per step."""

    name, label, unit, action = "likes_made", "Likes given", "likes", "like_post"
    formula = (
        "likes given in the step to posts and quotes (like_post); likes of comments (like_comment) do not count; a"
        " like taken back later is not subtracted"
    )
