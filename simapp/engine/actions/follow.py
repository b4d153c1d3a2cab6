"""follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import first_of, known_users, outcomes
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World

_NONE = np.zeros(0, np.int32)


class Here(Action):
    """Follow a user, so that what they post and share can reach your feed."""

    name, code, label, order = "follow", 9, "Follow", 20
    takes = ("user",)

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known = known_users(world, batch)
        loop = batch.user == batch.actor
        again = world.follows.has(batch.actor, np.where(known, batch.user, 0).astype(np.int32))
        pairs = ids.pair(batch.actor, np.maximum(batch.user, 0))
        fresh = first_of(np.where(known & ~loop & ~again, pairs, -1 - np.arange(len(batch))))
        return outcomes(
            batch, (Outcome.UNKNOWN_USER, ~known), (Outcome.SELF, loop), (Outcome.DUPLICATE, again | ~fresh)
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.follows.change(add=(batch.actor, batch.user), drop=(_NONE, _NONE))
        return Done(np.full(len(batch), -1, np.int64))
