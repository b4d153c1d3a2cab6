"""Communities of a graph by the Louvain method (Blondel, Guillaume, Lambiotte & Lefebvre 2008, J. Stat. Mech. P10008).

Nodes move, one after the other in a seeded order, to the community that raises modularity most (resolution 1; ties to
the smaller number); communities then become nodes, until nothing moves. Follow edges count without direction, an edge
both ways twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from simapp.engine.core.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_SWEEPS, _LEVELS = 20, 12
_LEAST = 0.001  # a sweep that moves less than this share of nodes is the last of its level


@njit(cache=True, nogil=True)
def _sweep(start: Any, others: Any, weight: Any, degree: Any, order: Any, label: Any, total: Any) -> Any:
    """Move each node once; total float64[n] is the sum of degrees by label. Return how many moved."""
    n, twice = label.shape[0], degree.sum()
    towards, met = np.zeros(n, np.float64), np.empty(n, np.int32)
    moved = 0
    for at in range(n):
        u = order[at]
        own, known = label[u], 0
        for e in range(start[u], start[u + 1]):
            v = others[e]
            if v == u:
                continue
            c = label[v]
            if towards[c] == 0.0:
                met[known] = c
                known += 1
            towards[c] += weight[e]
        share = degree[u] / twice
        total[own] -= degree[u]
        best, gain = own, towards[own] - share * total[own]
        for i in range(known):
            c = met[i]
            here = towards[c] - share * total[c]
            if here > gain + 1e-12 or (here > gain - 1e-12 and c < best):
                best, gain = c, here
        for i in range(known):
            towards[met[i]] = 0.0
        total[best] += degree[u]
        if best != own:
            label[u] = best
            moved += 1
    return moved


def louvain(
    nodes: int,
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    seed: int = 0,
    report: Callable[[float], None] | None = None,
) -> NDArray[np.int32]:
    """Return the community int32[nodes] of each node, 0 the largest (ties: of the smallest node).

    source, target int32[M]: edges in any direction, loops are ignored. `report` hears shares done, 0 to 1.
    """
    label = np.arange(nodes, dtype=np.int32)
    keep = source != target
    one, other = source[keep].astype(np.int64), target[keep].astype(np.int64)
    heavy = np.ones(one.shape[0])
    for level in range(_LEVELS if one.shape[0] else 0):
        size = int(label.max()) + 1
        start, others, weight, degree = _rows(size, one, other, heavy)
        order = np.argsort(Streams(seed).bits("louvain", step=level, user=np.arange(size)), kind="stable")
        part, total = np.arange(size, dtype=np.int32), degree.copy()
        for _ in range(_SWEEPS):
            moved = int(_sweep(start, others, weight, degree, order, part, total))
            if moved <= _LEAST * size:
                break
        found, joined = np.unique(part, return_inverse=True)
        label = joined[label].astype(np.int32)
        if report is not None:
            report(min(1.0, (level + 1) / 6))
        if found.shape[0] == size:
            break
        packed, which = np.unique(joined[one].astype(np.int64) << 32 | joined[other], return_inverse=True)
        heavy = np.bincount(which, weights=heavy)
        one, other = packed >> 32, packed & 0xFFFFFFFF
    return _by_size(label)


def _rows(
    nodes: int, one: NDArray[np.int64], other: NDArray[np.int64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Return rows of both directions: start int64[n + 1], others int32, weights; and degrees float64[n]."""
    ends, far = np.concatenate([one, other]), np.concatenate([other, one])
    both = np.concatenate([weight, weight])
    order = np.argsort(ends, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=nodes))]).astype(np.int64)
    degree = np.bincount(ends, weights=both, minlength=nodes)
    return start, far[order].astype(np.int32), both[order].astype(np.float64), degree.astype(np.float64)


def _by_size(label: NDArray[np.int32]) -> NDArray[np.int32]:
    if not label.shape[0]:
        return label
    found, first, which, sizes = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(found.shape[0], np.int32)
    rank[np.lexsort((first, -sizes))] = np.arange(found.shape[0])
    return np.asarray(rank[which], np.int32)
