"""like_comment."""

from __future__ import annotations

from simapp.engine.actions.votes import Vote
from simapp.engine.core.world import DISLIKED, LIKED


class Here(Vote):
    """Like a comment to show that you agree with it or enjoy it. You can like a comment once."""

    name, code, label, order = "like_comment", 14, "Like a comment", 32
    takes = ("comment",)
    bit, opposite, counter = LIKED, DISLIKED, "likes"
