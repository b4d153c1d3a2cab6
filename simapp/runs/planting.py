"""Interventions on memories: facts that a scenario or a member plants or takes out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.memory.memory import Memory
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.world import World
from simapp.engine.interventions import MOST_FOLLOWED, Intervention

KINDS = ("plant_fact", "forget_fact")


def carry_out_on(memory: Memory | None, world: World, due: Sequence[Intervention]) -> None:
    """Plant and forget what is due in this step. A fact that is not there is forgotten already.

    Raises WrongInput for a user who is not of this run, and where nobody remembers.
    """
    for change in due:
        if change.kind not in KINDS:
            continue
        if memory is None:
            msg = f"{change.kind} at step {change.at}: nobody of this run remembers (minds.models.memory)"
            raise WrongInput(msg)
        named = change.settings["user"]
        # Ties go to the smallest number, and nobody is looked up before it is due.
        user = int(np.argmax(world.follows.followers) if named == MOST_FOLLOWED else named)
        if not 0 <= user < len(world.users):
            msg = f"{change.kind} at step {change.at}: user {user} is not a user of this run"
            raise WrongInput(msg)
        text = str(change.settings["text"])
        if change.kind == "plant_fact":
            memory.plant(world, user, text)
        else:
            memory.forget(world, user, text)
