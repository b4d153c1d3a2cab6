"""Candidates of a chunk of viewers, flat, in compressed rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def _fill_shared(at: Any, pool: Any, code: Any, rows: Any, source: Any) -> None:
    for v in range(at.shape[0]):
        w = at[v]
        for j in range(pool.shape[0]):
            rows[w + j] = pool[j]
            source[w + j] = code
        at[v] = w + pool.shape[0]


@njit(cache=True, nogil=True)
def _fill_listed(at: Any, indptr: Any, listed: Any, code: Any, rows: Any, source: Any) -> None:
    for v in range(at.shape[0]):
        w = at[v]
        for j in range(indptr[v], indptr[v + 1]):
            rows[w] = listed[j]
            source[w] = code
            w += 1
        at[v] = w


@njit(cache=True, nogil=True)
def _compress(indptr: Any, rows: Any, source: Any, keep: Any, new_indptr: Any) -> None:
    # In place: the write position never overtakes the read position.
    w = 0
    for v in range(indptr.shape[0] - 1):
        for j in range(indptr[v], indptr[v + 1]):
            if keep[j]:
                rows[w] = rows[j]
                source[w] = source[j]
                w += 1
        new_indptr[v + 1] = w


@dataclass
class Listed:
    """What one source offers: `rows[indptr[v]:indptr[v + 1]]` int32 to viewer v; indptr int64[V + 1]."""

    indptr: NDArray[np.int64]
    rows: NDArray[np.int32]


@dataclass
class Candidates:
    """C candidates of V viewers: viewer v owns `indptr[v]:indptr[v + 1]`.

    viewers int32[V]; indptr int64[V + 1]; rows int32[C]: row in `world.posts`; source uint8[C]:
    index into the pipeline's source names. Within a viewer the sources come in declared order. tables: what
    scorers work out once for all of them.
    """

    viewers: NDArray[np.int32]
    indptr: NDArray[np.int64]
    rows: NDArray[np.int32]
    source: NDArray[np.uint8]
    tables: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.rows.shape[0])

    @classmethod
    def join(cls, viewers: NDArray[np.int32], offers: Sequence[Listed | NDArray[np.int32]]) -> Candidates:
        """Put offers side by side, one per source; a bare array int32[L] is offered to every viewer."""
        counts = np.zeros(viewers.shape[0], np.int64)
        for offer in offers:
            counts += np.diff(offer.indptr) if isinstance(offer, Listed) else offer.shape[0]
        indptr = np.zeros(viewers.shape[0] + 1, np.int64)
        np.cumsum(counts, out=indptr[1:])
        rows = np.empty(indptr[-1], np.int32)
        source = np.empty(indptr[-1], np.uint8)
        at = indptr[:-1].copy()
        for code, offer in enumerate(offers):
            if isinstance(offer, Listed):
                _fill_listed(at, offer.indptr, offer.rows, np.uint8(code), rows, source)
            else:
                _fill_shared(at, offer, np.uint8(code), rows, source)
        return cls(viewers, indptr, rows, source)

    def only(self, keep: NDArray[np.bool_]) -> Candidates:
        """Return the candidates where keep bool[C] is true; this object's arrays are used up."""
        indptr = np.zeros_like(self.indptr)
        _compress(self.indptr, self.rows, self.source, keep, indptr)
        end = int(indptr[-1])
        return Candidates(self.viewers, indptr, self.rows[:end], self.source[:end])
