"""unlike_post."""

from __future__ import annotations

from simapp.engine.actions.votes import Unvote
from simapp.engine.core.world import LIKED


class Here(Unvote):
    """Take back your like of a post."""

    name, code, label, order = "unlike_post", 4, "Take back a like", 25
    bit, counter = LIKED, "likes"
