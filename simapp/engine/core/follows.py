"""Who follows whom. An edge points follower -> followee; attention flows the other way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core import ids


@njit(cache=True, nogil=True)
def _has(indptr: Any, followees: Any, a: Any, b: Any, out: Any) -> None:
    for j in range(a.shape[0]):
        lo, hi = indptr[a[j]], indptr[a[j] + 1]
        while lo < hi:
            mid = (lo + hi) // 2
            if followees[mid] < b[j]:
                lo = mid + 1
            else:
                hi = mid
        out[j] = lo < indptr[a[j] + 1] and followees[lo] == b[j]


@njit(cache=True, nogil=True)
def _merge(indptr: Any, followees: Any, add: Any, drop: Any, new_indptr: Any, new_followees: Any) -> None:
    # `add` and `drop` hold packed edges, sorted; old rows are sorted too. Users without a change, the most by far,
    # are moved in runs.
    n = indptr.shape[0] - 1
    ia, idr, u = 0, 0, 0
    while u < n:
        until = n
        if ia < add.shape[0]:
            until = min(until, np.int64(add[ia] >> 32))
        if idr < drop.shape[0]:
            until = min(until, np.int64(drop[idr] >> 32))
        if until > u:
            shift = new_indptr[u] - indptr[u]
            lo, hi = indptr[u], indptr[until]
            new_followees[lo + shift : hi + shift] = followees[lo:hi]
            for v in range(u + 1, until + 1):
                new_indptr[v] = indptr[v] + shift
            u = until
            continue
        w, i, hi = new_indptr[u], indptr[u], indptr[u + 1]
        while i < hi or (ia < add.shape[0] and (add[ia] >> 32) == u):
            pending = ia < add.shape[0] and (add[ia] >> 32) == u
            other = np.int64(add[ia] & 0xFFFFFFFF) if pending else np.int64(1 << 40)
            if i < hi and followees[i] <= other:
                edge = (np.int64(u) << 32) | np.int64(followees[i])
                while idr < drop.shape[0] and drop[idr] < edge:
                    idr += 1
                if not (idr < drop.shape[0] and drop[idr] == edge):
                    new_followees[w] = followees[i]
                    w += 1
                if followees[i] == other:
                    ia += 1
                i += 1
            else:
                new_followees[w] = other
                w += 1
                ia += 1
        while idr < drop.shape[0] and (drop[idr] >> 32) == u:
            idr += 1
        u += 1
        new_indptr[u] = w


class Follows:
    """The follow graph of N users as sorted rows: `followees[indptr[u]:indptr[u + 1]]` are whom u follows.

    indptr int64[N + 1]; followees int32[M]; followers int32[N] and following int32[N] are counts.
    """

    def __init__(self, indptr: NDArray[np.int64], followees: NDArray[np.int32]) -> None:
        self.indptr = indptr
        self.followees = followees
        n = indptr.shape[0] - 1
        self.followers: NDArray[np.int32] = np.bincount(followees, minlength=n).astype(np.int32)
        self.following: NDArray[np.int32] = np.diff(indptr).astype(np.int32)
        self.version = 0

    @classmethod
    def from_edges(cls, users: int, follower: NDArray[np.int32], followee: NDArray[np.int32]) -> Follows:
        """Build from edge lists int32[M] without loops or duplicates, in any order."""
        packed = np.sort(ids.pair(follower, followee))
        counts = np.bincount((packed >> 32).astype(np.int64), minlength=users)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(indptr, (packed & np.int64(0xFFFFFFFF)).astype(np.int32))

    def __len__(self) -> int:
        return int(self.followees.shape[0])

    @property
    def users(self) -> int:
        """Number of users N."""
        return int(self.indptr.shape[0] - 1)

    def has(self, follower: NDArray[np.int32], followee: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[A]: whether each follower follows each followee."""
        out = np.zeros(follower.shape[0], np.bool_)
        _has(self.indptr, self.followees, follower, followee, out)
        return out

    def edges(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return (follower int32[M], followee int32[M]) sorted by both."""
        return np.repeat(np.arange(self.users, dtype=np.int32), self.following), self.followees

    def change(
        self,
        add: tuple[NDArray[np.int32], NDArray[np.int32]],
        drop: tuple[NDArray[np.int32], NDArray[np.int32]],
    ) -> None:
        """Add edges that are not there and drop edges that are (callers have checked both)."""
        adding, dropping = np.sort(ids.pair(*add)), np.sort(ids.pair(*drop))
        if not adding.shape[0] and not dropping.shape[0]:
            return
        indptr = np.zeros_like(self.indptr)
        followees = np.empty(self.followees.shape[0] + adding.shape[0], np.int32)
        _merge(self.indptr, self.followees, adding, dropping, indptr, followees)
        self.indptr = indptr
        self.followees = followees[: indptr[-1]]
        np.add.at(self.followers, add[1], 1)
        np.subtract.at(self.followers, drop[1], 1)
        self.following = np.diff(indptr).astype(np.int32)
        self.version += 1
