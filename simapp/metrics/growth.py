"""How cascades grow: scale, depth and breadth minute by minute, as OASIS compares them with real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.trees import Trees

SCALE, DEPTH, BREADTH = 0, 1, 2
MINUTES = 150


@njit(cache=True, nogil=True)
def _curves(start: Any, parent: Any, minutes: Any, out: Any) -> None:
    last = out.shape[2] - 1
    for c in range(start.shape[0] - 1):
        lo, n = start[c], start[c + 1] - start[c]
        depth, root = np.full(n, -1, np.int64), np.int64(0)
        for i in range(n):
            # Up to the first ancestor whose depth is known, then down again.
            node, way = np.int64(i), 0
            while depth[node] < 0 and parent[lo + node] >= 0:
                node = parent[lo + node]
                way += 1
            if depth[node] < 0:
                depth[node], root = 0, node
            level, node = depth[node] + way, np.int64(i)
            while depth[node] < 0:
                depth[node] = level
                level -= 1
                node = parent[lo + node]
        order = np.argsort(minutes[lo : lo + n])
        level_size = np.zeros(n + 1, np.int64)
        nodes, deepest, widest, j = 0, 0, 0, 0
        for t in range(last + 1):
            while j < n and minutes[lo + order[j]] - minutes[lo + root] <= t:
                d = depth[order[j]]
                level_size[d] += 1
                nodes += 1
                deepest = max(deepest, d)
                widest = max(widest, level_size[d])
                j += 1
            out[c, 0, t], out[c, 1, t], out[c, 2, t] = nodes, deepest, widest


def curves(trees: Trees, minutes: int = MINUTES) -> NDArray[np.int64]:
    """Return int64[C, 3, minutes]: nodes, depth and largest level after 0, 1, ... minutes from the root.

    Shares with a delay below 0 are there from the start. A cascade without minutes is 0 throughout.
    """
    out = np.zeros((len(trees), 3, minutes), np.int64)
    _curves(trees.start, trees.parent, trees.minutes, out)
    return out


def nrmse(made: NDArray[Any], real: NDArray[Any]) -> float | None:
    """Return the mean over C pairs of sqrt(mean_t (made - real)^2) / max real, of curves [C, T].

    Pairs whose real curve is 0 throughout are left out; None where none is left.
    """
    highest = real.max(axis=1)
    had = highest > 0
    if not had.any():
        return None
    errors = np.sqrt(((made[had] - real[had]) ** 2).mean(axis=1)) / highest[had]
    return float(errors.mean())
