"""A month of the default world, run once for all checks that look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.posts import POST, QUOTE, REPOST
from simapp.fidelity.base import Bench
from simapp.fidelity.worlds import assemble, seed_of

USERS, BRIEF_USERS = 67_000, 4000
STEPS, BRIEF_STEPS = 720, 168


@dataclass(frozen=True)
class Month:
    """What a month left behind: P posts, reposts and quotes in order of writing.

    author int32[P]; step int32[P]; parent, root int64[P]: places in these arrays, a post's own root is itself; depth
    int64[P]. acted int64[N]: what each user did besides writing posts. by_hour float64[24]: mean number of users active
    at each hour of their own day, hour 0 being that of their peak.
    """

    users: int
    author: NDArray[np.int32]
    step: NDArray[np.int32]
    parent: NDArray[np.int64]
    root: NDArray[np.int64]
    depth: NDArray[np.int64]
    acted: NDArray[np.int64]
    by_hour: NDArray[np.float64]

    @property
    def roots(self) -> NDArray[np.int64]:
        """Places int64[C] of the posts that began a cascade."""
        return np.flatnonzero(self.root == np.arange(self.root.shape[0]))

    @property
    def shares(self) -> NDArray[np.int64]:
        """Places int64[S] of reposts and quotes."""
        return np.flatnonzero(self.root != np.arange(self.root.shape[0]))

    def sizes(self) -> NDArray[np.int64]:
        """Return the size int64[C] of each cascade, the first post included."""
        return np.bincount(self.root, minlength=self.root.shape[0])[self.roots]

    def depths(self) -> NDArray[np.int64]:
        """Return the deepest level int64[C] of each cascade."""
        deepest = np.zeros(self.root.shape[0], np.int64)
        np.maximum.at(deepest, self.root, self.depth)
        return deepest[self.roots]

    def virality(self) -> NDArray[np.float64]:
        """Return the structural virality float64[C] of each cascade, 0 for a post alone."""
        below, pairs = np.ones(self.root.shape[0], np.int64), np.zeros(self.root.shape[0])
        size = np.bincount(self.root, minlength=self.root.shape[0])
        _add_up(self.parent, self.root, size, below, pairs)
        n = size[self.roots].astype(np.float64)
        return 2.0 * pairs[self.roots] / np.maximum(n * (n - 1.0), 1.0)


@njit(cache=True, nogil=True)
def _add_up(parent, root, size, below, pairs) -> None:  # noqa: ANN001 - a kernel
    for p in range(parent.shape[0] - 1, -1, -1):
        if parent[p] >= 0:
            below[parent[p]] += below[p]
            pairs[root[p]] += below[p] * (size[root[p]] - below[p])


@njit(cache=True, nogil=True)
def _levels(parent, depth) -> None:  # noqa: ANN001 - a kernel
    for p in range(parent.shape[0]):
        if parent[p] >= 0:
            depth[p] = depth[parent[p]] + 1


@lru_cache(maxsize=1)
def month(bench: Bench) -> Month:
    """Return a month of the default scenario at 67 000 users (a week at 4000 where the suite is to be fast)."""
    users, steps = bench.size(USERS, BRIEF_USERS), bench.size(STEPS, BRIEF_STEPS)
    document = {"title": "Fidelity check", "population": {"users": users}, "metrics": ["posts_written"]}
    simulation = assemble(document, seed_of(bench, "default world"))
    columns: dict[str, list[NDArray[np.integer]]] = {
        name: [] for name in ("key", "root", "parent", "author", "step")
    }
    acted, by_hour, met = np.zeros(users, np.int64), np.zeros(24), np.zeros(24)
    people = simulation.world.users
    peak = people.rhythms.argmax(axis=1)[people.rhythm]
    for step in range(1, steps + 1):
        record = simulation.step()
        posts = record.posts
        told = (posts.kind == POST) | (posts.kind == REPOST) | (posts.kind == QUOTE)
        for name in ("key", "root", "parent", "author"):
            columns[name].append(getattr(posts, name)[told])
        columns["step"].append(np.full(int(told.sum()), step, np.int32))
        events = record.events
        by_user = (events.outcome == 0) & (events.actor < users) & (events.code != 1)
        np.add.at(acted, events.actor[by_user], 1)
        own = (simulation.world.clock.hour(step) - peak) % 24
        here = np.unique(record.decisions.actions.actor)
        by_hour += np.bincount(own[here[here < users]], minlength=24)
        met += np.bincount(own, minlength=24)
    whole = {name: np.concatenate(parts) for name, parts in columns.items()}
    order = np.argsort(whole["key"], kind="stable")
    ordered = whole["key"][order]

    def place(keys: NDArray[np.int64]) -> NDArray[np.int64]:
        at = np.minimum(np.searchsorted(ordered, keys), ordered.shape[0] - 1)
        return np.where(ordered[at] == keys, order[at], -1)

    parent, root = place(whole["parent"]), place(whole["root"])
    depth = np.zeros(root.shape[0], np.int64)
    _levels(parent, depth)
    return Month(
        users, whole["author"], whole["step"], parent, root, depth, acted, by_hour / np.maximum(met, 1.0)
    )
