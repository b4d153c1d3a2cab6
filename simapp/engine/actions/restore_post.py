"""restore_post."""

from __future__ import annotations

from simapp.engine.actions._moderation import Mark


class Here(Mark):
    """As a moderator: put a post back that was taken down."""

    name, code, label = "restore_post", 26, "Restore a post"
    column, to = "removed", 0
