"""label_post."""

from __future__ import annotations

from simapp.engine.actions._moderation import Word


class Here(Word):
    """As a moderator: put a short label on a post, such as "disputed". It is shown with the post."""

    name, code, label = "label_post", 23, "Label a post"
    column = "label"
