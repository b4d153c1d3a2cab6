"""What interventions order in a step, as requests of ids.SYSTEM: moderation, automated accounts, follow edges.

Each request's `n` is the place of its intervention among those of the step that order anything, the scenario's before
the members': the events of an intervention are found by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.actions.registry import action_named, all_actions, code_of
from simapp.engine.automation import SET_BOTS, bots
from simapp.engine.core.batches import ActionBatch, EventBatch
from simapp.engine.interventions import native_opinion
from simapp.engine.moderation import moderation
from simapp.engine.rewiring import REWIRE, rewire

if TYPE_CHECKING:
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.world import World
    from simapp.engine.interventions import Intervention

AUTOMATE = "automate_user"


def gives_orders(kind: str) -> bool:
    """Whether an intervention of this kind becomes requests of the platform (and not a post, a feed or a memory)."""
    return kind in (REWIRE, SET_BOTS) or (kind in all_actions() and action_named(kind).moderates)


def orders_of(world: World, due: list[Intervention], streams: Streams) -> ActionBatch:
    """Return the requests of what is due, in the order of `due`. Raises WrongInput for a user that is none."""
    listed = [change for change in due if gives_orders(change.kind)]
    if not listed:
        return ActionBatch.empty()
    plain = moderation(world, listed)
    plain.n[:] = [place for place, change in enumerate(listed) if change.kind in all_actions()]
    parts = [plain]
    for place, change in enumerate(listed):
        if change.kind not in all_actions():
            part = rewire(world, change, streams) if change.kind == REWIRE else bots(world, change, streams)
            part.n[:] = place
            parts.append(part)
    batch = ActionBatch.join(parts)
    return batch.take(np.argsort(batch.n, kind="stable"))


def take_stances(world: World, due: list[Intervention], events: EventBatch) -> None:
    """Let accounts that were just automated think what their interventions say."""
    for place, change in enumerate(c for c in due if gives_orders(c.kind)):
        stance = change.settings.get("stance")
        if change.kind not in (SET_BOTS, AUTOMATE) or stance is None:
            continue
        mine = (events.n == place) & (events.code == code_of(AUTOMATE)) & (events.outcome == 0)
        topic = change.settings.get("topic")
        topics = slice(None) if topic is None else slice(int(topic), int(topic) + 1)
        world.users.opinions[events.user[mine], topics] = native_opinion(world, float(stance))
