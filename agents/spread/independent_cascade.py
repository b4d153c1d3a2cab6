"""Independent cascade (Goldenberg, Libai & Muller 2001, Marketing Letters 12, 211; Kempe, Kleinberg & Tardos 2003).

Whoever shares a post gets one chance to move each follower to share it too: with probability `chance`, or with the
post's own appeal. An edge works or not, whenever it is tried, so the final cascade is what the working edges reach from
the author (live-edge percolation). A follower who was away is asked at the next visit.
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

VISITED = "spread/last visit"


@njit(cache=True, nogil=True)
def _ask(
    lo: Any, hi: Any, key: Any, viewers: Any, visited: Any, chance: Any, rows: Any, indptr: Any, roots: Any, name: Any,
    step: Any, appeal: Any, follows: Any, followees: Any, count: Any, chosen: Any,
) -> None:  # fmt: skip
    under, best = np.empty(chosen.shape[1], np.int64), np.empty(chosen.shape[1])
    for v in range(lo, hi):
        user, made = viewers[v], 0
        for e in range(follows[user], follows[user + 1]):
            author = followees[e]
            for i in range(indptr[author + 1] - 1, indptr[author] - 1, -1):
                row = rows[i]
                if step[row] < visited[user]:
                    break
                root = roots[row]
                u = draw(key, user, name[row])
                if u < (chance if chance >= 0.0 else appeal[root]) and not has_shared(
                    user, root, rows, indptr, roots
                ):
                    made = keep_best(made, root, row, u, chosen[v], under, best)
        count[v] = made


@dataclass(frozen=True)
class IndependentCascade(SpreadModel):
    """chance in [0, 1] per follow, None: the appeal of the post."""

    chance: float | None = None

    def shares(
        self, world: World, viewers: NDArray[np.int32], streams: Streams, workers: Workers
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Ask every active user about what followees shared since the last visit."""
        posts, shared = world.posts, Shared.of(world)
        if VISITED not in world.extra:
            world.extra[VISITED] = np.zeros(len(world.users), np.int32)
        visited, key = world.extra[VISITED], streams.key("spread/independent cascade")
        count, chosen = np.zeros(viewers.shape[0], np.int64), np.empty((viewers.shape[0], MOST), np.int64)
        chance = -1.0 if self.chance is None else self.chance
        workers.run(
            viewers.shape[0],
            lambda lo, hi: _ask(
                lo, hi, key, viewers, visited, chance, shared.rows, shared.indptr, shared.root, posts.key, posts.step,
                posts.appeal, world.follows.indptr, world.follows.followees, count, chosen,
            ),
        )  # fmt: skip
        # What is shared in this very step is for the next visit.
        visited[viewers] = world.step
        return gathered(viewers, count, chosen)


Here = IndependentCascade
