"""Linear threshold (Granovetter 1978; Kempe, Kleinberg & Tardos 2003; Watts 2002 with one threshold for all).

A user shares a post when the part of followees who have shared it reaches the user's threshold: uniform in [0, 1) for
each user and post, or `threshold` for everybody. With uniform thresholds the final cascade is what is reached where
each user listens to one random followee.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.spread._shared import MOST, Shared, gathered, has_shared
from agents.spread.base import SpreadModel
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _weigh(
    lo: Any, hi: Any, key: Any, viewers: Any, threshold: Any, rows: Any, indptr: Any, roots: Any, name: Any,
    follows: Any, followees: Any, count: Any, chosen: Any,
) -> None:  # fmt: skip
    for v in range(lo, hi):
        user, made, room = viewers[v], 0, 0
        many = follows[user + 1] - follows[user]
        for e in range(follows[user], follows[user + 1]):
            room += indptr[followees[e] + 1] - indptr[followees[e]]
        if room == 0:
            count[v] = 0
            continue
        # One entry per followee and root; the newest share of a followee stands for all of the same root.
        seen, which = np.empty(room, np.int64), np.empty(room, np.int64)
        held = 0
        for e in range(follows[user], follows[user + 1]):
            first = held
            for i in range(indptr[followees[e]], indptr[followees[e] + 1]):
                root, known = roots[rows[i]], False
                for c in range(first, held):
                    known = known or seen[c] == root
                if not known:
                    seen[held], which[held] = root, rows[i]
                    held += 1
        order = np.argsort(seen[:held], kind="mergesort")
        i = 0
        while i < held and made < chosen.shape[1]:
            root, j, newest = seen[order[i]], i, which[order[i]]
            while j < held and seen[order[j]] == root:
                newest = max(newest, which[order[j]])
                j += 1
            limit = threshold if threshold >= 0.0 else draw(key, user, name[root])
            if j - i >= limit * many and not has_shared(user, root, rows, indptr, roots):
                chosen[v, made] = newest
                made += 1
            i = j
        count[v] = made


@dataclass(frozen=True)
class LinearThreshold(SpreadModel):
    """threshold in [0, 1] as a part of followees, None: uniform for each user and post."""

    threshold: float | None = None

    def shares(
        self, world: World, viewers: NDArray[np.int32], streams: Streams, workers: Workers
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Count, for every active user, how many followees have shared each post."""
        posts, shared = world.posts, Shared.of(world)
        key = streams.key("spread/threshold")
        count, chosen = np.zeros(viewers.shape[0], np.int64), np.empty((viewers.shape[0], MOST), np.int64)
        threshold = -1.0 if self.threshold is None else self.threshold
        workers.run(
            viewers.shape[0],
            lambda lo, hi: _weigh(
                lo, hi, key, viewers, threshold, shared.rows, shared.indptr, shared.root, posts.key,
                world.follows.indptr, world.follows.followees, count, chosen,
            ),
        )  # fmt: skip
        return gathered(viewers, count, chosen)


Here = LinearThreshold
