"""dislike_post."""

from __future__ import annotations

from simapp.engine.actions.votes import Vote
from simapp.engine.core.world import DISLIKED, LIKED


class Here(Vote):
    """Dislike a post to show that you disagree with it. You can dislike a post once."""

    name, code, label, order = "dislike_post", 5, "Dislike", 35
    bit, opposite, counter = DISLIKED, LIKED, "dislikes"
