"""note_post."""

from __future__ import annotations

from simapp.engine.actions._moderation import Word


class Here(Word):
    """As a moderator: add a note with context. It is shown below the post."""

    name, code, label = "note_post", 24, "Add a note to a post"
    column = "note"
