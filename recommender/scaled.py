"""Vectors as int8, each with a scale of its own, and their products."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

_NOTHING = 1e-100


def scaled(vectors: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return vectors float64[N, D] as int8[N, D] and lengths float64[N] as `DenseScorer` has them.

    A vector is about its int8 numbers / sqrt(length); its largest number is 127. A vector of zeros, or as good as,
    has length 0.
    """
    largest = np.abs(vectors).max(axis=1, initial=0.0)
    scale = np.divide(127.0, largest, out=np.zeros_like(largest), where=largest > _NOTHING)
    return np.rint(vectors * scale[:, None]).astype(np.int8), scale * scale


@njit(cache=True, nogil=True)
def dots(
    viewers: Any, indptr: Any, rows: Any, left: Any, mine: Any, right: Any, theirs: Any, out: Any
) -> None:
    """Fill out float64[C] with products of vectors over the root of their lengths; 0 where a length is 0."""
    for v in range(viewers.shape[0]):
        a = left[viewers[v]]
        for j in range(indptr[v], indptr[v + 1]):
            length = mine[viewers[v]] * theirs[rows[j]]
            if length == 0.0:
                out[j] = 0.0
                continue
            b = right[rows[j]]
            dot = np.int32(0)
            for i in range(b.shape[0]):
                dot += np.int32(a[i]) * np.int32(b[i])
            out[j] = 0.0 + 1.0 * (np.float64(dot) / np.sqrt(length))
