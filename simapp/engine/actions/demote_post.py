"""demote_post."""

from __future__ import annotations

from simapp.engine.actions._moderation import Mark


class Here(Mark):
    """As a moderator: show a post to the author's followers only. It leaves trends and what strangers discover."""

    name, code, label = "demote_post", 29, "Demote a post"
    column, to = "demoted", 1
