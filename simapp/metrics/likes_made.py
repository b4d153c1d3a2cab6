"""likes_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Likes per step."""

    name, label, unit, action = "likes_made", "Likes given", "likes", "like_post"
    formula = "likes given in the step; a like taken back later is not subtracted"
