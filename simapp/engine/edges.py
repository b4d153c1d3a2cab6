"""Which follow edges the events of a step made and cut."""

from __future__ import annotations

import numpy as np

from simapp.engine.actions.registry import code_of
from simapp.engine.core.batches import EventBatch
from simapp.engine.record import FollowChanges


def follow_changes(events: EventBatch) -> FollowChanges:
    """Return the edges that changed, in the order of the events: by their followers, or by order of the platform."""
    made, cut, order_made, order_cut = (
        code_of(name) for name in ("follow", "unfollow", "order_follow", "order_unfollow")
    )
    code = events.code
    on, ordered = (code == made) | (code == order_made), (code == order_made) | (code == order_cut)
    rows = np.flatnonzero((events.outcome == 0) & (on | ordered | (code == cut)))
    follower = np.where(ordered[rows], events.item[rows], events.actor[rows]).astype(np.int32)
    return FollowChanges(follower, events.user[rows], on[rows].astype(np.uint8))
