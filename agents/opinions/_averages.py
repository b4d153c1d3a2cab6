"""The mean of one's own opinion and those of one's contacts, for models in which all move at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.reading import read_depth
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


def averages(
    world: World,
    feed: FeedBatch,
    rows: NDArray[np.int32],
    read_key: np.uint64,
    depth: float,
    contacts: str,
    own: float,
    bound: float,
    workers: Workers,
) -> NDArray[np.float64]:
    """Return float64[V, T]: per viewer and topic the mean over oneself, with weight `own` >= 0, and all contacts
    whose opinion is at most `bound` away, with weight 1 each. Who has no such contact keeps the opinion.
    """
    x, viewers, posts = world.users.opinions, feed.viewers, world.posts
    out = np.empty((viewers.shape[0], x.shape[1]))
    if contacts == "everyone":
        for t in range(x.shape[1]):
            out[:, t] = _of_everyone(x[:, t], viewers, own, bound)
    elif contacts == "follows":
        indptr, followees = world.follows.indptr, world.follows.followees
        workers.run(
            viewers.shape[0],
            lambda lo, hi: _of_followees(lo, hi, viewers, indptr, followees, own, bound, x, out),
        )
    else:
        workers.run(
            viewers.shape[0],
            lambda lo, hi: _of_read(
                lo, hi, viewers, rows, read_key, depth, posts.author, posts.topic, posts.opinion, posts.stance, own,
                bound, x, out,
            ),
        )  # fmt: skip
    return out


def _of_everyone(
    x: NDArray[np.float64], viewers: NDArray[np.int32], own: float, bound: float
) -> NDArray[np.float64]:
    """Over the whole population by one sort: whoever is within the bound lies together."""
    ordered = np.sort(x)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    mine = x[viewers]
    lo, hi = np.searchsorted(ordered, mine - bound, "left"), np.searchsorted(ordered, mine + bound, "right")
    # Oneself is among them with weight 1.
    weight = hi - lo - 1.0 + own
    total = sums[hi] - sums[lo] + (own - 1.0) * mine
    return np.where(weight > 0.0, total / np.where(weight > 0.0, weight, 1.0), mine)


@njit(cache=True, nogil=True)
def _of_followees(
    lo: Any, hi: Any, viewers: Any, indptr: Any, followees: Any, own: Any, bound: Any, x: Any, out: Any
) -> None:
    for v in range(lo, hi):
        u = viewers[v]
        for t in range(x.shape[1]):
            mine = x[u, t]
            total, weight = own * mine, own
            for e in range(indptr[u], indptr[u + 1]):
                other = x[followees[e], t]
                if abs(other - mine) <= bound:
                    total += other
                    weight += 1.0
            out[v, t] = total / weight if weight > 0.0 else mine


@njit(cache=True, nogil=True)
def _of_read(
    lo: Any, hi: Any, viewers: Any, rows: Any, key: Any, depth: Any, author: Any, topic: Any, opinion: Any,
    stance: Any, own: Any, bound: Any, x: Any, out: Any,
) -> None:  # fmt: skip
    weight = np.empty(x.shape[1])
    for v in range(lo, hi):
        u = viewers[v]
        for t in range(x.shape[1]):
            out[v, t], weight[t] = own * x[u, t], own
        shown = 0
        while shown < rows.shape[1] and rows[v, shown] >= 0:
            shown += 1
        for r in range(read_depth(key, u, shown, depth)):
            row = rows[v, r]
            about = topic[row]
            if about < 0 or np.isnan(stance[row]) or author[row] == u:
                continue
            if abs(opinion[row] - x[u, about]) <= bound:
                out[v, about] += opinion[row]
                weight[about] += 1.0
        for t in range(x.shape[1]):
            out[v, t] = out[v, t] / weight[t] if weight[t] > 0.0 else x[u, t]
