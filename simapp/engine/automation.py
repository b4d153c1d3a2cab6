"""Bots: a share of the accounts runs by itself, more active than its owners were, and of one mind for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.actions.registry import code_of
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch

if TYPE_CHECKING:
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.world import World
    from simapp.engine.interventions import Intervention

SET_BOTS = "set_bots"


def bots(world: World, change: Intervention, streams: Streams) -> ActionBatch:
    """Return the requests that make `share` of the users automated, or give as many back as are too many.

    Settings: share in [0, 1]; activity: times as active as before. Who is drawn does not depend on the step, so that
    a larger share holds a smaller one; accounts that are automated already stay so.
    """
    automated = world.users.automated != 0
    missing = round(float(change.settings["share"]) * len(world.users)) - int(np.count_nonzero(automated))
    turns = np.flatnonzero(~automated if missing > 0 else automated)
    drawn = streams.uniform("intervention/bots", user=turns)
    order = np.argsort(drawn if missing > 0 else -drawn, kind="stable")
    chosen = np.sort(turns[order[: abs(missing)]])
    batch = ActionBatch.empty(chosen.shape[0])
    batch.actor[:], batch.user[:] = ids.SYSTEM, chosen
    batch.code[:] = code_of("automate_user" if missing > 0 else "undo_automate_user")
    if missing > 0:
        batch.amount[:] = int(change.settings["activity"])
    return batch
