"""create_group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import outcomes
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Here(Action):
    """Create a chat group with a name of your choice. You are its first member; others can join it."""

    # After all that names a group: what a step creates can be named from the next step on.
    name, code, label, order = "create_group", 60, "Create a group", 75
    takes = ("text",)

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        return outcomes(batch, (Outcome.NO_TEXT, batch.text < 0))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        made = world.groups.found(ids.post_key(batch.actor, world.step, batch.n), batch.text)
        return Done(np.full(len(batch), -1, np.int64), item=made)
