"""remove_post."""

from __future__ import annotations

from simapp.engine.actions._moderation import Mark


class Here(Mark):
    """As a moderator: take a post down. Nobody is shown it any more, nor any repost of it."""

    name, code, label = "remove_post", 25, "Remove a post"
    column, to = "removed", 1
