"""Topic beliefs: a stance per topic that a user has shown by what it did, fading as nothing adds to it.

Each stance that is argued counts 1, each post that is liked or shared 1/2 for what it argues, each that is disliked
1/2 against. Evidence halves in `half_life` steps; the belief is its weighted mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.memory import state
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World

AGREES, DIFFERS = ("like_post", "repost"), ("dislike_post",)
MOST_EVIDENCE = 50.0


@njit(cache=True, nogil=True)
def _learn(
    belief: Any,
    evidence: Any,
    at: Any,
    place: Any,
    topic: Any,
    stance: Any,
    weight: Any,
    step: Any,
    half_life: Any,
) -> None:
    for i in range(place.shape[0]):
        row = place[i]
        if at[row] != step:
            fade = 0.5 ** ((step - at[row]) / half_life)
            for t in range(evidence.shape[1]):
                evidence[row, t] *= fade
            at[row] = step
        old = evidence[row, topic[i]]
        new = old + weight[i]
        belief[row, topic[i]] = (belief[row, topic[i]] * old + stance[i] * weight[i]) / new
        evidence[row, topic[i]] = min(new, MOST_EVIDENCE)


def learn(world: World, actions: ActionBatch, codes: dict[str, int], half_life: float) -> None:
    """Let users who have a memory learn from what they did: `actions` were carried out, ordered by actor."""
    place = state.places(world, actions.actor)
    said = ~np.isnan(actions.stance) & (actions.text >= 0) & (actions.topic >= 0)
    rows = world.posts.row(actions.post)
    topic = np.where(said, actions.topic, -1).astype(np.int64)
    stance = np.where(said, actions.stance, 0.0).astype(np.float64)
    weight = said.astype(np.float64)
    for names, sign in ((AGREES, 1.0), (DIFFERS, -1.0)):
        mine = (rows >= 0) & np.isin(actions.code, [codes[name] for name in names if name in codes])
        at = rows[mine]
        topic[mine], stance[mine] = world.posts.topic[at], sign * world.posts.stance[at]
        weight[mine] = 0.5
    told = (place >= 0) & (topic >= 0) & (topic < len(world.topics)) & (weight > 0) & ~np.isnan(stance)
    extra = world.extra
    if told.any():
        _learn(
            extra[state.BELIEF], extra[state.EVIDENCE], extra[state.AT], place[told], topic[told], stance[told],
            weight[told], world.step, half_life,
        )  # fmt: skip


def held(world: World, place: NDArray[np.int64], half_life: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return (belief, evidence) float32[A, T] of memories `place` (>= 0) as of now."""
    extra = world.extra
    fade = 0.5 ** ((world.step - extra[state.AT][place]) / half_life)
    return extra[state.BELIEF][place], (extra[state.EVIDENCE][place] * fade[:, None]).astype(np.float32)
