"""What turning an account into an automated one, and back, have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._moderation import ORDER
from simapp.engine.actions._targets import first_of, known_users
from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


class Automation(Action):
    """Changes `users.automated`, which says how many times as active as its owner was an automated account is."""

    takes, moderates, order = ("user",), True, ORDER

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.users.automated[batch.user] = self.pace(batch)
        return Done(np.full(len(batch), -1, np.int64))

    def pace(self, batch: ActionBatch) -> NDArray[np.int16]:
        """Return what `users.automated` becomes, int16[A]."""
        raise NotImplementedError


def standing(world: World, batch: ActionBatch) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return bool[A] each: the user is known, is automated now, and is named here for the first time in the batch."""
    known = known_users(world, batch)
    automated = np.zeros(len(batch), np.bool_)
    automated[known] = world.users.automated[batch.user[known]] != 0
    return known, automated, first_of(np.where(known, batch.user.astype(np.int64), -1 - np.arange(len(batch))))
