"""Independent cascade (Goldenberg, Libai & Muller 2001, Marketing Letters 12, 211; Kempe, Kleinberg & Tardos 2003).

Whoever shares a post gets one chance to move each follower to share it too: with probability `chance`, or with the
post's own appeal. An edge works or not, whenever it is tried, so the final cascade is what the working edges reach from
the author (live-edge percolation). A follower who was away is asked at the next visit.

Two things may be added. `delay`: a follower who shares does so a log-normal time after the share that was met.
`beyond`: the chance that who does not follow the author meets the post all the same, in search or recommendations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.reading import follows
from agents.spread._shared import MOST, Shared, gathered, has_shared, keep_best
from agents.spread.base import SpreadModel
from simapp.engine.core.posts import POST
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

VISITED = "spread/last visit"
PURPOSES = ("independent cascade", "delay/r", "delay/a", "beyond")


@njit(cache=True, nogil=True, inline="always")
def _due(keys: Any, user: Any, name: Any, step: Any, median: Any, sigma: Any) -> Any:
    """Return the step from which on a user may answer a share of `step`; median in steps, 0: the next one."""
    if median <= 0.0:
        return step + 1
    z = np.sqrt(-2.0 * np.log1p(-draw(keys[1], user, name))) * np.cos(2.0 * np.pi * draw(keys[2], user, name))
    return step + max(np.int64(np.ceil(min(median * np.exp(sigma * z), 1e9))), 1)


@njit(cache=True, nogil=True)
def _ask(
    lo: Any, hi: Any, keys: Any, viewers: Any, visited: Any, now: Any, chance: Any, beyond: Any, median: Any,
    sigma: Any, rows: Any, indptr: Any, roots: Any, firsts: Any, author: Any, name: Any, step: Any, appeal: Any,
    edges: Any, followees: Any, count: Any, chosen: Any,
) -> None:  # fmt: skip
    under, best = np.empty(chosen.shape[1], np.int64), np.empty(chosen.shape[1])
    for v in range(lo, hi):
        user, made = viewers[v], 0
        for e in range(edges[user], edges[user + 1]):
            for i in range(indptr[followees[e] + 1] - 1, indptr[followees[e]] - 1, -1):
                row = rows[i]
                if median <= 0.0 and step[row] + 1 <= visited[user]:
                    break
                root = roots[row]
                u = draw(keys[0], user, name[row])
                if u >= (chance if chance >= 0.0 else appeal[root]):
                    continue
                due = _due(keys, user, name[row], step[row], median, sigma)
                if visited[user] < due <= now and not has_shared(user, root, rows, indptr, roots):
                    made = keep_best(made, root, row, due + u, chosen[v], under, best)
        for r in range(firsts.shape[0]):
            root = firsts[r]
            u = draw(keys[3], user, name[root])
            if u >= beyond * (chance if chance >= 0.0 else appeal[root]) or author[root] == user:
                continue
            due = _due(keys, user, name[root], step[root], median, sigma)
            if not visited[user] < due <= now or follows(edges, followees, user, author[root]):
                continue
            if not has_shared(user, root, rows, indptr, roots):
                made = keep_best(made, root, root, due + u, chosen[v], under, best)
        count[v] = made


@dataclass(frozen=True)
class IndependentCascade(SpreadModel):
    """chance in [0, 1] per follow, None: the appeal of the post; delay >= 0: median in minutes, 0 none; sigma >= 0 of
    its logarithm; beyond in [0, 1], which costs the time of every active user times every post of the window."""

    chance: float | None = None
    delay: float = 0.0
    sigma: float = 1.0
    beyond: float = 0.0

    def shares(
        self, world: World, viewers: NDArray[np.int32], streams: Streams, workers: Workers
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Ask every active user about what became due since the last visit; of one cascade the earliest counts."""
        posts, shared = world.posts, Shared.of(world)
        if VISITED not in world.extra:
            world.extra[VISITED] = np.zeros(len(world.users), np.int32)
        visited = world.extra[VISITED]
        keys = np.array([streams.key(f"spread/{purpose}") for purpose in PURPOSES], np.uint64)
        count, chosen = np.zeros(viewers.shape[0], np.int64), np.empty((viewers.shape[0], MOST), np.int64)
        firsts = (
            np.flatnonzero((posts.kind == POST) & (shared.root >= 0))
            if self.beyond
            else np.zeros(0, np.int64)
        )
        chance = -1.0 if self.chance is None else self.chance
        workers.run(
            viewers.shape[0],
            lambda lo, hi: _ask(
                lo, hi, keys, viewers, visited, world.step, chance, self.beyond,
                self.delay / world.clock.minutes_per_step, self.sigma, shared.rows, shared.indptr, shared.root, firsts,
                posts.author, posts.key, posts.step, posts.appeal, world.follows.indptr, world.follows.followees,
                count, chosen,
            ),
        )  # fmt: skip
        # What is shared in this very step is for the next visit.
        visited[viewers] = world.step
        return gathered(viewers, count, chosen)


Here = IndependentCascade
