"""Cascades from a file as metrics look at them: the shape and tempo of each, in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DAY = 24 * 60.0


class Shapes(NamedTuple):
    """Of C cascades, int64[C] each: nodes, depth, largest level, sum of distances, children and grandchildren of the
    root (nodes on levels 1 and 2)."""

    size: NDArray[np.int64]
    depth: NDArray[np.int64]
    breadth: NDArray[np.int64]
    wiener: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _shapes(start: Any, parent: Any, out: Any) -> None:
    for c in range(start.shape[0] - 1):
        lo, n = start[c], np.int64(start[c + 1] - start[c])
        children = np.zeros(n, np.int64)
        for i in range(n):
            if parent[lo + i] >= 0:
                children[parent[lo + i]] += 1
        # Leaves first: a node is done when all its children are, so `order` reversed goes from the root down.
        order, below, done = np.empty(n, np.int64), np.ones(n, np.int64), 0
        for i in range(n):
            if children[i] == 0:
                order[done] = i
                done += 1
        at, wiener = 0, np.int64(0)
        while at < done:
            node = order[at]
            at += 1
            up = parent[lo + node]
            if up >= 0:
                wiener += below[node] * (n - below[node])
                below[up] += below[node]
                children[up] -= 1
                if children[up] == 0:
                    order[done] = up
                    done += 1
        depth, level = np.zeros(n, np.int64), np.zeros(n + 2, np.int64)
        for j in range(n - 1, -1, -1):
            node = order[j]
            up = parent[lo + node]
            depth[node] = depth[up] + 1 if up >= 0 else 0
            level[depth[node]] += 1
        out[0, c], out[1, c], out[2, c], out[3, c] = n, depth.max(), level.max(), wiener
        out[4, c], out[5, c] = level[1], level[2]


@dataclass(frozen=True)
class Trees:
    """C cascades end to end. start int64[C + 1], parent int32[K] within its cascade (-1: root), minutes float64[K]."""

    start: NDArray[np.int64]
    parent: NDArray[np.int32]
    minutes: NDArray[np.float64]

    @classmethod
    def of(cls, parents: Sequence[Sequence[int]], minutes: Sequence[Sequence[float]] = ()) -> Trees:
        """Return cascades given one list each; without minutes nothing is known of tempo."""
        start = np.concatenate([[0], np.cumsum([len(p) for p in parents])]).astype(np.int64)
        flat = np.array([x for p in parents for x in p], np.int32)
        times = np.array([x for m in minutes for x in m]) if minutes else np.full(flat.shape[0], np.nan)
        return cls(start, flat, times.astype(np.float64))

    def __len__(self) -> int:
        return int(self.start.shape[0] - 1)

    @cached_property
    def shapes(self) -> Shapes:
        """Shape of every cascade."""
        out = np.zeros((6, len(self)), np.int64)
        _shapes(self.start, self.parent, out)
        return Shapes(*out)

    @cached_property
    def virality(self) -> NDArray[np.float64]:
        """Structural virality float64[C] of every cascade, 0 for a root alone."""
        n = self.shapes.size.astype(np.float64)
        return np.asarray(2.0 * self.shapes.wiener / np.maximum(n * (n - 1), 1.0))

    @cached_property
    def delays(self) -> list[NDArray[np.float64]]:
        """Of every cascade, minutes from its root to each of its shares; empty where the file has no minutes."""
        found = []
        for lo, hi in zip(self.start[:-1], self.start[1:], strict=True):
            minutes, share = self.minutes[lo:hi], self.parent[lo:hi] >= 0
            delay = (minutes - minutes[~share][0])[share]
            found.append(delay[~np.isnan(delay)])
        return found

    @cached_property
    def all_delays(self) -> NDArray[np.float64]:
        """The delays of all shares together."""
        return np.concatenate(self.delays) if len(self) else np.zeros(0)
