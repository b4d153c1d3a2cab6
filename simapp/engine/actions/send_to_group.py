"""send_to_group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import outcomes
from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Here(Action):
    """Send a message to a chat group that you are in. All its members can read it, and nobody else."""

    name, code, label, order = "send_to_group", 63, "Send to a group", 72
    takes = ("group", "text")

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        groups = world.groups
        return outcomes(
            batch,
            (Outcome.UNKNOWN_GROUP, ~groups.known(batch.item)),
            (Outcome.NOT_A_MEMBER, ~groups.has(batch.item, batch.actor)),
            (Outcome.NO_TEXT, batch.text < 0),
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.groups.send(batch.item, batch.actor, world.step, batch.text)
        return Done(np.full(len(batch), -1, np.int64))
