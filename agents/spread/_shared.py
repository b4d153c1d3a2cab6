"""Who has shared what, by author: what models on the follow network look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.posts import COMMENT
from simapp.engine.core.world import World

MOST = 64  # posts that one user passes on in one step; more than a person does in one visit


@dataclass(frozen=True)
class Shared:
    """Posts, reposts and quotes of the window whose root can still be shared, by author.

    rows int64[R]; of user u: rows[indptr[u]:indptr[u + 1]], oldest first. root int64[H]: row of the root of each
    post of the window, -1 where it cannot be shared.
    """

    rows: NDArray[np.int64]
    indptr: NDArray[np.int64]
    root: NDArray[np.int64]

    @classmethod
    def of(cls, world: World) -> Shared:
        """Look through the window once."""
        posts = world.posts
        root = posts.row(posts.root)
        root[posts.kind == COMMENT] = -1
        if len(posts):
            hidden = world.hidden(slice(None))
            root[hidden | ((root >= 0) & hidden[np.maximum(root, 0)])] = -1
        rows = np.flatnonzero((root >= 0) & (posts.author < len(world.users)))
        rows = rows[np.argsort(posts.author[rows], kind="stable")]
        counts = np.bincount(posts.author[rows], minlength=len(world.users))
        return cls(rows, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), root)


@njit(cache=True, nogil=True, inline="always")
def has_shared(user: Any, root: Any, rows: Any, indptr: Any, roots: Any) -> Any:
    """Return whether a user wrote or shared something under the root at row `root`."""
    for i in range(indptr[user], indptr[user + 1]):  # noqa: SIM110 - a kernel knows no generators
        if roots[rows[i]] == root:
            return True
    return False


@njit(cache=True, nogil=True, inline="always")
def keep_best(made: Any, root: Any, row: Any, u: Any, chosen: Any, under: Any, best: Any) -> Any:
    """Note that a user shares `row`, once per root: by the smallest draw u. Return how many are noted."""
    for c in range(made):
        if under[c] == root:
            if u < best[c]:
                chosen[c], best[c] = row, u
            return made
    if made == chosen.shape[0]:
        return made
    chosen[made], under[made], best[made] = row, root, u
    return made + 1


def gathered(
    viewers: NDArray[np.int32], count: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return (user int32[S], row int64[S]) from count int64[V] and chosen int64[V, MOST]."""
    held = np.arange(chosen.shape[1])[None, :] < count[:, None]
    return np.repeat(viewers, count), chosen[held]
