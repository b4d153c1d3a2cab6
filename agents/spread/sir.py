"""Susceptible, infectious, recovered (Kermack & McKendrick 1927) for posts, in synchronous steps.

A user who shares a post is infectious for a time: in every step each follower shares it with probability `beta`, and
then the user recovers with probability `gamma`. Over the whole time an edge transmits with probability
beta / (beta + gamma - beta gamma). Time of recovery is drawn for each share when it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.spread._shared import MOST, Shared, gathered, has_shared, keep_best
from agents.spread.base import SpreadModel
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _infect(
    lo: Any, hi: Any, key: Any, viewers: Any, now: Any, beta: Any, until: Any, rows: Any, indptr: Any, roots: Any,
    name: Any, follows: Any, followees: Any, count: Any, chosen: Any,
) -> None:  # fmt: skip
    under, best = np.empty(chosen.shape[1], np.int64), np.empty(chosen.shape[1])
    for v in range(lo, hi):
        user, made = viewers[v], 0
        for e in range(follows[user], follows[user + 1]):
            author = followees[e]
            for i in range(indptr[author], indptr[author + 1]):
                row = rows[i]
                if until[row] < now:
                    continue
                root = roots[row]
                u = draw(key, user, name[row])
                if u < beta and not has_shared(user, root, rows, indptr, roots):
                    made = keep_best(made, root, row, u, chosen[v], under, best)
        count[v] = made


@dataclass(frozen=True)
class Sir(SpreadModel):
    """beta in [0, 1]: chance per follow and step; gamma in (0, 1]: chance per step to recover."""

    beta: float = 0.02
    gamma: float = 0.2

    def shares(
        self, world: World, viewers: NDArray[np.int32], streams: Streams, workers: Workers
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Let every infectious share meet the active followers of whoever made it."""
        posts, shared = world.posts, Shared.of(world)
        until = posts.step + self.infectious_steps(posts.author, posts.key, streams)
        key = streams.key("spread/infect", world.step)
        count, chosen = np.zeros(viewers.shape[0], np.int64), np.empty((viewers.shape[0], MOST), np.int64)
        workers.run(
            viewers.shape[0],
            lambda lo, hi: _infect(
                lo, hi, key, viewers, world.step, self.beta, until, shared.rows, shared.indptr, shared.root, posts.key,
                world.follows.indptr, world.follows.followees, count, chosen,
            ),
        )  # fmt: skip
        return gathered(viewers, count, chosen)

    def infectious_steps(
        self, author: NDArray[np.int32], key: NDArray[np.int64], streams: Streams
    ) -> NDArray[np.int64]:
        """Return for how many steps, at least 1, each share infects int64[R]: geometric with mean 1 / gamma."""
        if self.gamma >= 1.0:
            return np.ones(key.shape[0], np.int64)
        u = streams.uniform("spread/recover", user=author, item=key)
        steps: NDArray[np.int64] = 1 + np.floor(np.log1p(-u) / np.log1p(-self.gamma)).astype(np.int64)
        return steps


Here = Sir
