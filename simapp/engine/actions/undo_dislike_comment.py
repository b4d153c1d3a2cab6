"""undo_dislike_comment."""

from __future__ import annotations

from simapp.engine.actions.votes import Unvote
from simapp.engine.core.world import DISLIKED


class Here(Unvote):
    """Take back your dislike of a comment."""

    name, code, label, order = "undo_dislike_comment", 17, "Take back a dislike of a comment", 28
    takes = ("comment",)
    bit, counter = DISLIKED, "dislikes"
