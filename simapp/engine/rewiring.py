"""Rewiring: a share of the follow edges is led elsewhere, or cut.

A draw is named by the edge itself, so that one edge more in an arm rewires no other edge there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.actions._targets import first_of
from simapp.engine.actions.registry import code_of
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.streams import Streams
    from simapp.engine.core.world import World
    from simapp.engine.interventions import Intervention

REWIRE = "rewire"
# random: any edge, to anybody. across: edges within a side, to the other side. within: edges between the sides, to the
# follower's own. cut: edges between the sides, to nobody.
WAYS = ("random", "across", "within", "cut")
TRIES = 8
_EDGES = 1 << 21  # looked at in one go: draws of all edges of a large world would take gigabytes


def rewire(world: World, change: Intervention, streams: Streams) -> ActionBatch:
    """Return the follows to be cut and made, cuts first.

    Settings: how, one of WAYS; share in [0, 1] of the edges that `how` is about; topic (index, None: 0) whose opinions
    make the two sides: below 0, and the rest. An edge for which no new followee is found in TRIES draws stays.
    """
    how, share = str(change.settings["how"]), float(change.settings["share"])
    left = world.shown_opinions()[:, int(change.settings.get("topic") or 0)] < 0
    follower, followee = _drawn(world, how, share, left, streams)
    if how == "cut":
        return _requests("order_unfollow", follower, followee)
    target = _targets(world, how, left, follower, followee, streams)
    found = target >= 0
    cut = _requests("order_unfollow", follower[found], followee[found])
    return ActionBatch.join([cut, _requests("order_follow", follower[found], target[found])])


def _drawn(
    world: World, how: str, share: float, left: NDArray[np.bool_], streams: Streams
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return (follower, followee) int32[E] of the edges that are rewired."""
    follows = world.follows
    found = []
    for lo in range(0, len(follows), _EDGES):
        b = follows.followees[lo : lo + _EDGES]
        place = np.arange(lo, lo + b.shape[0])
        a = (np.searchsorted(follows.indptr, place, side="right") - 1).astype(np.int32)
        if how != "random":
            rows = np.flatnonzero((left[a] == left[b]) == (how == "across"))
            a, b = a[rows], b[rows]
        taken = streams.uniform("intervention/rewire", step=world.step, user=a, item=b) < share
        found.append((a[taken], b[taken]))
    none = np.zeros(0, np.int32)
    return (
        np.concatenate([none, *(a for a, _ in found)]),
        np.concatenate([none, *(b for _, b in found)]),
    )


def _targets(
    world: World,
    how: str,
    left: NDArray[np.bool_],
    follower: NDArray[np.int32],
    followee: NDArray[np.int32],
    streams: Streams,
) -> NDArray[np.int32]:
    """Return whom each edge leads to from now on, int32[E]; -1 where nobody was found."""
    everybody = np.arange(len(world.users), dtype=np.int32)
    sides = (everybody[~left], everybody[left])
    target = np.full(follower.shape[0], -1, np.int32)
    taken = np.zeros(0, np.int64)
    for attempt in range(TRIES):
        open_ = np.flatnonzero(target < 0)
        if not open_.shape[0]:
            break
        a = follower[open_]
        u = streams.uniform(
            "intervention/rewire to", step=world.step, user=a, item=followee[open_].astype(np.int64) * TRIES + attempt
        )
        if how == "random":
            found = everybody[(u * everybody.shape[0]).astype(np.int64)]
        else:
            found = _on_side(sides, left[a] == (how == "within"), u)
        there = found >= 0
        edge = ids.pair(a, np.maximum(found, 0))
        free = there & (found != a) & ~world.follows.has(a, np.maximum(found, 0)) & ~np.isin(edge, taken)
        free &= first_of(np.where(free, edge, -1 - np.arange(edge.shape[0])))
        target[open_[free]] = found[free]
        taken = np.concatenate([taken, edge[free]])
    return target


def _on_side(sides: tuple[Any, Any], left: NDArray[np.bool_], u: NDArray[np.float64]) -> NDArray[np.int32]:
    found = np.full(u.shape[0], -1, np.int32)
    for side, people in enumerate(sides):
        rows = np.flatnonzero(left == bool(side))
        if people.shape[0]:
            found[rows] = people[(u[rows] * people.shape[0]).astype(np.int64)]
    return found


def _requests(name: str, follower: NDArray[np.int32], followee: NDArray[np.int32]) -> ActionBatch:
    batch = ActionBatch.empty(follower.shape[0])
    batch.actor[:], batch.code[:] = ids.SYSTEM, code_of(name)
    batch.item[:], batch.user[:] = follower, followee
    return batch
