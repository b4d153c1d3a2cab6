"""Vectors as int8, and sums over them that are exact in any order.

384 products of two int8 numbers stay below 384 * 127**2 < 2**24, so float32 holds every partial sum of
a dot product exactly: a matrix product gives the same integers whatever its blocking or batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def _scale(vectors: Any, out: Any) -> None:
    for i in range(vectors.shape[0]):
        total = 0.0
        for j in range(vectors.shape[1]):
            total += np.float64(vectors[i, j]) * np.float64(vectors[i, j])
        scale = 127.0 / np.sqrt(total) if total > 0.0 else 0.0
        for j in range(vectors.shape[1]):
            out[i, j] = np.int8(np.rint(vectors[i, j] * scale))


def unit_to_int8(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return int8[n, D] from finite vectors float32[n, D]: length 1, times 127, to the nearest integer.

    A row's result depends on that row alone. A vector of length 0 stays 0.
    """
    out = np.empty(vectors.shape, np.int8)
    _scale(vectors, out)
    return out


@njit(cache=True, nogil=True)
def _squares(vectors: Any, out: Any) -> None:
    for i in range(vectors.shape[0]):
        total = np.int64(0)
        for j in range(vectors.shape[1]):
            total += np.int64(vectors[i, j]) * np.int64(vectors[i, j])
        out[i] = total


def squared_lengths(vectors: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return squared lengths float64[n], whole numbers, of vectors int8[n, D]."""
    out = np.empty(vectors.shape[0], np.float64)
    _squares(vectors, out)
    return out
