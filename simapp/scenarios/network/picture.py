"""Where to put the users of a small network on a picture: near those they are tied to.

Positions begin at the network's slowest modes (eigenvectors of the normalised Laplacian: Koren 2005, Comput. Math.
Appl. 49, 1867), which open rings and part groups; a few rounds of springs and repulsion (Fruchterman & Reingold 1991,
Softw. Pract. Exp. 21, 1129) then give everybody room.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.streams import Streams

MOST = 400
ROUNDS = 60
_GOLDEN = np.pi * (3.0 - np.sqrt(5.0))


def place(users: int, first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float64]:
    """Return float64[users, 2] in [0, 1] for ties (first[i], second[i]); at most MOST users.

    Who is tied to nobody lies on a spiral around the rest.
    """
    if users > MOST:
        msg = f"a picture shows at most {MOST} users, not {users}"
        raise ValueError(msg)
    near = np.zeros((users, users))
    near[first, second] = near[second, first] = 1.0
    degree = near.sum(axis=1)
    tied = np.flatnonzero(degree > 0)
    at = np.zeros((users, 2))
    if tied.size > 2:
        inner = near[np.ix_(tied, tied)]
        at[tied] = _modes(inner, degree[tied])
        _settle(at, first.astype(np.int64), second.astype(np.int64), tied.astype(np.int64), ROUNDS)
    return _fitted(at, tied, users)


def _modes(near: NDArray[np.float64], degree: NDArray[np.float64]) -> NDArray[np.float64]:
    scale = 1.0 / np.sqrt(degree)
    _, vectors = np.linalg.eigh(near * scale[:, None] * scale[None, :])
    slow = vectors[:, [-2, -3]] * scale[:, None]
    # The sign of an eigenvector is anybody's choice: the largest entry points up.
    slow *= np.sign(slow[np.argmax(np.abs(slow), axis=0), [0, 1]])
    rank = np.argsort(np.argsort(slow, axis=0, kind="stable"), axis=0) / max(len(degree) - 1, 1)
    spread = slow / np.maximum(np.abs(slow).max(axis=0), 1e-12)
    jitter = Streams(0).uniform("picture", user=np.arange(len(degree))[:, None], item=np.arange(2)[None, :])
    found: NDArray[np.float64] = 0.6 * spread + 0.4 * (2 * rank - 1) + 0.02 * jitter
    return found


def _fitted(at: NDArray[np.float64], tied: NDArray[np.int64], users: int) -> NDArray[np.float64]:
    """Scale the tied into the unit square; the others lie around, or fill it where nobody is tied."""
    alone = np.setdiff1d(np.arange(users), tied)
    turn = _GOLDEN * np.arange(alone.size)
    if tied.size <= 2:
        out = np.sqrt((np.arange(alone.size) + 0.5) / max(alone.size, 1))
    else:
        low, high = at[tied].min(axis=0), at[tied].max(axis=0)
        at[tied] = (at[tied] - low) / np.maximum(high - low, 1e-9)
        if alone.size:
            at[tied] = 0.15 + 0.7 * at[tied]
        out = 0.86 + 0.14 * np.arange(alone.size) / max(alone.size, 1)
    at[alone] = 0.5 + 0.5 * out[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    if 0 < tied.size <= 2:
        at[tied] = np.array([[0.45, 0.5], [0.55, 0.5]])[: tied.size]
    return np.clip(at, 0.0, 1.0)


@njit(cache=True, nogil=True)
def _settle(at: Any, first: Any, second: Any, tied: Any, rounds: Any) -> None:
    """Move the tied users of float64[N, 2] for some rounds, ever less far."""
    n = tied.shape[0]
    ideal = 1.6 / np.sqrt(n)
    move = np.zeros(at.shape)
    # Many ties pull no harder than a few: a dense picture keeps its shape.
    pull = min(1.0, 4.0 * n / max(first.shape[0], 1))
    for r in range(rounds):
        heat = 0.12 * (1.0 - r / rounds) + 0.004
        for a in range(n):
            i = tied[a]
            x = y = 0.0
            for b in range(n):
                j = tied[b]
                dx = at[i, 0] - at[j, 0]
                dy = at[i, 1] - at[j, 1]
                d2 = dx * dx + dy * dy + 1e-6
                if i != j and d2 < 1.0:
                    x += dx * ideal * ideal / d2
                    y += dy * ideal * ideal / d2
            move[i, 0] = x - 0.15 * at[i, 0]
            move[i, 1] = y - 0.15 * at[i, 1]
        for e in range(first.shape[0]):
            i, j = first[e], second[e]
            dx = at[j, 0] - at[i, 0]
            dy = at[j, 1] - at[i, 1]
            force = pull * np.sqrt(dx * dx + dy * dy) / ideal * 0.25
            move[i, 0] += dx * force
            move[i, 1] += dy * force
            move[j, 0] -= dx * force
            move[j, 1] -= dy * force
        for a in range(n):
            i = tied[a]
            far = np.sqrt(move[i, 0] ** 2 + move[i, 1] ** 2) + 1e-12
            step = min(far, heat)
            at[i, 0] += move[i, 0] / far * step
            at[i, 1] += move[i, 1] / far * step
