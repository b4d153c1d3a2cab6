"""Where the users of a follow graph stand: ForceAtlas2 with LinLog attraction (Jacomy, Venturini, Heymann & Bastian
2014, PLoS ONE 9:e98679; Noack 2009, Physical Review E 79:026102), started from a drawing of its communities.

Connected users attract each other by the logarithm of their distance, all repel each other by mass (1 + degree) over
distance, a constant pull holds the whole together. Deterministic for a seed, whatever the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.metrics.drawing.quadtree import repel, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_REPULSION, _GRAVITY, _JITTER = 1.0, 1.0, 1.0
_GOLDEN = 2.399963229728653  # angle that fills a disc evenly
_MOST_COARSE = 5_000  # communities that are drawn by forces; smaller ones start on a ring


@njit(cache=True, nogil=True)
def _attract(
    a: Any, b: Any, start: Any, others: Any, weight: Any, x: Any, y: Any, m: Any, pull: Any, fx: Any, fy: Any
) -> None:
    for u in range(a, b):
        sx, sy = 0.0, 0.0
        for e in range(start[u], start[u + 1]):
            v = others[e]
            dx, dy = x[v] - x[u], y[v] - y[u]
            d = np.sqrt(dx * dx + dy * dy)
            if d > 0.0:
                force = weight[e] * np.log1p(d) / d
                sx += dx * force
                sy += dy * force
        away = np.sqrt(x[u] * x[u] + y[u] * y[u])
        if away > 0.0:
            sx -= x[u] / away * m[u] * pull
            sy -= y[u] / away * m[u] * pull
        fx[u], fy[u] = sx, sy


@dataclass
class _Body:
    """A graph under forces: rows of both directions, mass float64[n], place x, y float64[n]."""

    start: NDArray[np.int64]
    others: NDArray[np.int32]
    weight: NDArray[np.float64]
    mass: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def settle(self, rounds: int, workers: Workers, report: Callable[[float], None] | None = None) -> None:
        """Move everything so many rounds, at the speed that ForceAtlas2 chooses by how much is swinging."""
        n = self.mass.shape[0]
        if n < 2:
            return
        speed, efficiency = 1.0, 1.0
        old_x, old_y = np.zeros(n), np.zeros(n)
        for turn in range(rounds):
            fx, fy = self._forces(workers)
            swing = np.hypot(old_x - fx, old_y - fy)
            swinging = float((self.mass * swing).sum())
            traction = float((self.mass * np.hypot(old_x + fx, old_y + fy)).sum()) / 2
            if swinging <= 0.0:
                break
            about = 0.05 * np.sqrt(n)
            jitter = _JITTER * max(np.sqrt(about), min(10.0, about * traction / (n * n)))
            if swinging / max(traction, 1e-12) > 2.0:
                efficiency = max(0.05, efficiency * 0.5)
                jitter = max(jitter, _JITTER)
            wanted = jitter * efficiency * traction / swinging
            if swinging > jitter * traction:
                efficiency = max(0.05, efficiency * 0.7)
            elif speed < 1000:
                efficiency *= 1.3
            speed += min(wanted - speed, 0.5 * speed)
            factor = speed / (1.0 + np.sqrt(speed * swing))
            self.x += fx * factor
            self.y += fy * factor
            old_x, old_y = fx, fy
            if report is not None:
                report((turn + 1) / rounds)

    def _forces(self, workers: Workers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n = self.mass.shape[0]
        fx, fy = np.empty(n), np.empty(n)
        tree = tree_of(self.x, self.y, self.mass)
        workers.run(
            n,
            lambda a, b: _attract(
                a, b, self.start, self.others, self.weight, self.x, self.y, self.mass, _GRAVITY, fx, fy
            ),
        )
        workers.run(n, lambda a, b: repel(a, b, _REPULSION, *tree, fx, fy))
        return fx, fy


def rounds_for(nodes: int) -> int:
    """Return how many rounds a graph of so many nodes is moved."""
    return 400 if nodes <= 2_000 else 250 if nodes <= 20_000 else 120


def lay_out(
    nodes: int,
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    community: NDArray[np.int32],
    *,
    seed: int = 0,
    workers: Workers | None = None,
    rounds: int | None = None,
    report: Callable[[float], None] | None = None,
) -> NDArray[np.float32]:
    """Return places float32[nodes, 2], nearly all within the unit disc around 0.

    source, target int32[M]: edges in any direction, loops are ignored. community int32[nodes], 0 .. k - 1. `report`
    hears shares done, 0 to 1.
    """
    if not nodes:
        return np.zeros((0, 2), np.float32)
    workers = workers or Workers()
    keep = source != target
    source, target = source[keep], target[keep]
    degree = np.bincount(source, minlength=nodes) + np.bincount(target, minlength=nodes)
    # Neighbours mostly share a community: side by side in memory they are found sooner.
    order = np.lexsort((np.arange(nodes), -degree, community))
    place = np.empty(nodes, np.int64)
    place[order] = np.arange(nodes)
    x, y = _start(source, target, community[order], place, seed, workers)
    start, others, weight = _rows(nodes, place[source], place[target], np.ones(source.shape[0]))
    body = _Body(start, others, weight, (1.0 + degree[order]).astype(np.float64), x, y)
    body.settle(rounds_for(nodes) if rounds is None else rounds, workers, report)
    found = np.empty((nodes, 2))
    found[order, 0], found[order, 1] = body.x, body.y
    return _scaled(found)


def _start(
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    community: NDArray[np.int32],
    place: NDArray[np.int64],
    seed: int,
    workers: Workers,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place the members of each community in a disc of their number, around its centre in a drawing of communities."""
    nodes, size = community.shape[0], np.bincount(community)
    k = min(size.shape[0], _MOST_COARSE)
    one, other = community[place[source]].astype(np.int64), community[place[target]].astype(np.int64)
    between = (one != other) & (one < k) & (other < k)
    pairs, edges = np.unique(one[between] << 32 | other[between], return_counts=True)
    a, b = pairs >> 32, pairs & 0xFFFFFFFF
    start, others, weight = _rows(k, a, b, edges / np.sqrt(size[a] * size[b]))
    angle = 2 * np.pi * Streams(seed).uniform("layout", user=np.arange(size.shape[0]))
    far = np.sqrt(np.arange(1, size.shape[0] + 1) / size.shape[0])
    cx, cy = far * np.cos(angle), far * np.sin(angle)
    coarse = _Body(start, others, weight, np.sqrt(size[:k]).astype(np.float64), cx[:k] * k, cy[:k] * k)
    coarse.settle(200, workers)
    if k > 1:
        wide = np.quantile(np.hypot(coarse.x, coarse.y), 0.9) or 1.0
        cx[:k], cy[:k] = coarse.x / wide, coarse.y / wide
    wide = 3 * np.sqrt(nodes)
    rank = np.arange(nodes) - np.concatenate([[0], np.cumsum(size)])[community]
    radius = np.sqrt(rank + 0.5)
    turn = angle[community] + rank * _GOLDEN
    return wide * cx[community] + radius * np.cos(turn), wide * cy[community] + radius * np.sin(turn)


def _rows(
    nodes: int, one: NDArray[Any], other: NDArray[Any], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    ends, far = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.lexsort((far, ends))
    start = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=nodes))]).astype(np.int64)
    return start, far[order].astype(np.int32), np.concatenate([weight, weight])[order].astype(np.float64)


def _scaled(found: NDArray[np.float64]) -> NDArray[np.float32]:
    found -= np.median(found, axis=0)
    wide = float(np.quantile(np.hypot(found[:, 0], found[:, 1]), 0.99)) or 1.0
    return (found / wide).astype(np.float32)
