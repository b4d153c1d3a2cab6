"""like_post."""

from __future__ import annotations

from simapp.engine.actions.votes import Vote
from simapp.engine.core.world import DISLIKED, LIKED


class Here(Vote):
    """Like a post to show that you agree with it or enjoy it. You can like a post once."""

    name, code, label, order = "like_post", 3, "Like", 30
    bit, opposite, counter = LIKED, DISLIKED, "likes"
