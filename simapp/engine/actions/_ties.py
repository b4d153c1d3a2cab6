"""What the platform does to follow edges: the follower is the request's `item`, the followee its `user`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._moderation import ORDER
from simapp.engine.actions._targets import known_users
from simapp.engine.actions.base import Action
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World

NONE = np.zeros(0, np.int32)


class Tie(Action):
    """Makes or cuts a follow of somebody else than the actor."""

    takes, moderates, order = ("user",), True, ORDER


def ends(world: World, batch: ActionBatch) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Return known bool[A] (both ends exist), held bool[A] (the follow is there) and the packed edge int64[A]."""
    known = known_users(world, batch) & (batch.item >= 0) & (batch.item < len(world.users))
    follower = np.where(known, batch.item, 0).astype(np.int32)
    followee = np.where(known, batch.user, 0).astype(np.int32)
    return known, known & world.follows.has(follower, followee), ids.pair(follower, followee)
