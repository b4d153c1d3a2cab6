"""undo_dislike_post."""

from __future__ import annotations

from simapp.engine.actions.votes import Unvote
from simapp.engine.core.world import DISLIKED


class Here(Unvote):
    """Take back your dislike of a post."""

    name, code, label, order = "undo_dislike_post", 6, "Take back a dislike", 26
    bit, counter = DISLIKED, "dislikes"
