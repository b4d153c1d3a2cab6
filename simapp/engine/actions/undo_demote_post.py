"""undo_demote_post."""

from __future__ import annotations

from simapp.engine.actions._moderation import Mark


class Here(Mark):
    """As a moderator: let a demoted post be discovered by strangers again."""

    name, code, label = "undo_demote_post", 30, "Take back a demotion"
    column, to = "demoted", 0
