"""Implicit feedback by alternating least squares (Hu, Koren & Volinsky 2008, ICDM).

Users and items get F factors each, such that sum over all pairs of c (p - x y)**2 + ridge (|x|**2 + |y|**2) is
least, with p = 1 and confidence c = 1 + alpha where the user reacted to the item, p = 0 and c = 1 elsewhere. One
side is solved exactly while the other is held. Rows are solved one by one and in order, so neither threads nor
libraries can show.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.collaborative.table import Table

FACTORS, ALPHA, RIDGE, ROUNDS = 32, 5.0, 0.1, 10


@njit(cache=True, nogil=True)
def _gram(factors: Any, ridge: Any, out: Any) -> None:
    size = factors.shape[1]
    out[:, :] = 0.0
    for r in range(factors.shape[0]):
        for a in range(size):
            x = factors[r, a]
            for b in range(a + 1):
                out[a, b] += x * factors[r, b]
    for a in range(size):
        out[a, a] += ridge


@njit(cache=True, nogil=True)
def _solve(  # noqa: C901 - one row after the other, in place
    indptr: Any, others: Any, theirs: Any, gram: Any, alpha: Any, mine: Any
) -> None:
    size = theirs.shape[1]
    left, right = np.empty((size, size)), np.empty(size)
    for r in range(indptr.shape[0] - 1):
        if indptr[r] == indptr[r + 1]:
            mine[r, :] = 0.0
            continue
        left[:, :] = gram
        right[:] = 0.0
        for e in range(indptr[r], indptr[r + 1]):
            y = theirs[others[e]]
            for a in range(size):
                right[a] += (1.0 + alpha) * y[a]
                x = alpha * y[a]
                for b in range(a + 1):
                    left[a, b] += x * y[b]
        # Cholesky in place, then forward and backward substitution.
        for a in range(size):
            for b in range(a + 1):
                total = left[a, b]
                for c in range(b):
                    total -= left[a, c] * left[b, c]
                left[a, b] = np.sqrt(total) if a == b else total / left[b, b]
        for a in range(size):
            for c in range(a):
                right[a] -= left[a, c] * right[c]
            right[a] /= left[a, a]
        for a in range(size - 1, -1, -1):
            for c in range(a + 1, size):
                right[a] -= left[c, a] * right[c]
            right[a] /= left[a, a]
        mine[r, :] = right


def half_step(
    table: Table, theirs: NDArray[np.float64], alpha: float = ALPHA, ridge: float = RIDGE
) -> NDArray[np.float64]:
    """Return the factors float64[U, F] of rows, given those of columns float64[I, F]; 0 without reactions."""
    gram = np.empty((theirs.shape[1], theirs.shape[1]))
    _gram(theirs, ridge, gram)
    mine = np.zeros((table.users, theirs.shape[1]))
    _solve(table.indptr, table.items, theirs, gram, alpha, mine)
    return mine


def fit(
    table: Table, start: NDArray[np.float64], *, alpha: float = ALPHA, ridge: float = RIDGE, rounds: int = ROUNDS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the factors of users float64[U, F] and items float64[I, F]; start: first factors of the items."""
    turned = table.turned()
    items = start
    users = half_step(table, items, alpha, ridge)
    for _ in range(rounds):
        items = half_step(turned, users, alpha, ridge)
        users = half_step(table, items, alpha, ridge)
    return users, items
