"""unlike_comment."""

from __future__ import annotations

from simapp.engine.actions.votes import Unvote
from simapp.engine.core.world import LIKED


class Here(Unvote):
    """Take back your like of a comment."""

    name, code, label, order = "unlike_comment", 15, "Take back a like of a comment", 27
    takes = ("comment",)
    bit, counter = LIKED, "likes"
