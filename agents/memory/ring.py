"""Recent events: what users did and what others did to them, in rings of fixed length.

Likes and the like of one post by others are one memory that counts up; a ring that is full loses its oldest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.memory import state
from simapp.engine.core import ids
from simapp.engine.core.batches import DecisionBatch, EventBatch
from simapp.engine.core.posts import REPOST
from simapp.engine.core.world import World

_KIND, _BY, _POST, _STEP, _COUNT = state.KIND, state.BY, state.POST, state.STEP, state.COUNT


@njit(cache=True, nogil=True)
def _put(ring: Any, following: Any, place: Any, events: Any, merges: Any) -> None:
    """Put events int64[E, FIELDS] into the rings at rows place int64[E], in order; merges bool[E]: may count up."""
    size = ring.shape[1]
    for e in range(place.shape[0]):
        row = ring[place[e]]
        met = -1
        if merges[e]:
            for i in range(size):
                if (
                    row[i, _KIND] == events[e, _KIND]
                    and row[i, _POST] == events[e, _POST]
                    and row[i, _COUNT] > 0
                ):
                    met = i
        if met >= 0:
            row[met, _COUNT] += 1
            row[met, _STEP] = events[e, _STEP]
            row[met, _BY] = events[e, _BY]
            continue
        at = following[place[e]]
        row[at, :] = events[e, :]
        following[place[e]] = at + 1 if at + 1 < size else 0


@njit(cache=True, nogil=True)
def _originals(rows: Any, kind: Any, parent: Any, base: Any, out: Any) -> None:
    for i in range(rows.shape[0]):
        row = rows[i]
        while 0 <= row < kind.shape[0] and kind[row] == REPOST:
            row = parent[row] - base
        out[i] = row if 0 <= row < kind.shape[0] else -1


def done(decisions: DecisionBatch, events: EventBatch) -> NDArray[np.int64]:
    """Return the rows of the decisions that were carried out, in the order (actor, n)."""
    name = (events.actor.astype(np.int64) << 16) | events.n
    carried = np.sort(name[events.outcome == 0])
    actions = decisions.actions
    asked = (actions.actor.astype(np.int64) << 16) | actions.n
    at = np.searchsorted(carried, asked)
    held = np.zeros(asked.shape[0], np.bool_)
    within = at < carried.shape[0]
    held[within] = carried[at[within]] == asked[within]
    rows = np.flatnonzero(held & (actions.actor != ids.SYSTEM))
    return rows[np.argsort(asked[rows], kind="stable")]


def happened(world: World, decisions: DecisionBatch, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return decisions `rows` as events int64[E, FIELDS]; a post is what a repost shows, and its author is `whom`."""
    actions, posts = decisions.actions.take(rows), world.posts
    target = np.full(len(actions), -1, np.int64)
    _originals(posts.row(actions.post), posts.kind, posts.parent, posts.base, target)
    named = target >= 0
    found = np.zeros((len(actions), len(state.FIELDS)), np.int64)
    found[:, state.KIND] = actions.code.astype(np.int64) + 1
    found[:, state.BY] = actions.actor
    found[:, state.WHOM] = actions.user
    found[:, state.POST] = found[:, state.TOPIC] = -1
    if named.any():
        found[named, state.WHOM] = posts.author[target[named]]
        found[named, state.POST] = posts.key[target[named]]
        found[named, state.TOPIC] = posts.topic[target[named]]
    found[~named, state.TOPIC] = np.where(actions.text >= 0, actions.topic, -1)[~named]
    found[:, state.TEXT] = actions.text
    found[:, state.STEP], found[:, state.COUNT] = world.step, 1
    return found


def put(world: World, events: NDArray[np.int64], place: NDArray[np.int64], merges: NDArray[np.bool_]) -> None:
    """Put events into the rings of memories `place`; see `_put`."""
    known = place >= 0
    if known.any():
        _put(world.extra[state.RING], world.extra[state.NEXT], place[known], events[known], merges[known])
