"""dislike_comment."""

from __future__ import annotations

from simapp.engine.actions.votes import Vote
from simapp.engine.core.world import DISLIKED, LIKED


class Here(Vote):
    """Dislike a comment to show that you disagree with it. You can dislike a comment once."""

    name, code, label, order = "dislike_comment", 16, "Dislike a comment", 33
    takes = ("comment",)
    bit, opposite, counter = DISLIKED, LIKED, "dislikes"
