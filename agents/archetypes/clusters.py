"""k-means in whole numbers, so that no order of summing shows in who belongs together.

Lloyd 1982 (IEEE Trans. Inf. Theory 28, 129) from the starts of k-means++ (Arthur & Vassilvitskii 2007, SODA). Centres
are kept in sixteenths of a vector's unit and rounded half up; squared distances stay below 2**53, so that float64
products are exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.streams import Streams

_SCALE = 16
_ROUNDS = 100


def k_means(
    vectors: NDArray[np.int8], k: int, streams: Streams
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return (cluster int32[A] of each of vectors int8[A, D], centres int64[C, D] in sixteenths), C <= k.

    C is smaller than k where fewer vectors differ. Ties go to the cluster with the lower number. Raises ValueError
    for k below 1 or no vectors.
    """
    if k < 1 or not vectors.shape[0]:
        msg = f"k-means needs at least one cluster and one vector, not {k} and {vectors.shape[0]}"
        raise ValueError(msg)
    points = vectors.astype(np.float64) * _SCALE
    centres = _starts(points, k, streams)
    nearest = _nearest(points, centres)
    for _ in range(_ROUNDS):
        moved = _means(points, nearest, centres)
        if np.array_equal(moved, centres):
            break
        centres, nearest = moved, _nearest(points, moved)
    return nearest, centres.astype(np.int64)


def _starts(points: NDArray[np.float64], k: int, streams: Streams) -> NDArray[np.float64]:
    """Draw starts, each in proportion to the squared distance from those before it."""
    first = int(streams.integers("archetype/centre", points.shape[0]))
    chosen = [first]
    left = _distances(points, points[[first]])[:, 0]
    while len(chosen) < k and left.max() > 0:
        ends = np.cumsum(left)
        at = float(streams.uniform("archetype/centre", item=len(chosen))) * ends[-1]
        chosen.append(int(np.searchsorted(ends, at, side="right")))
        left = np.minimum(left, _distances(points, points[[chosen[-1]]])[:, 0])
    return points[chosen]


def _distances(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared distances float64[A, C], exact: every product and sum is a whole number below 2**53."""
    squares: NDArray[np.float64] = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)[None, :]
    return squares - 2.0 * (points @ centres.T)


def _nearest(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.int32]:
    nearest: NDArray[np.int32] = np.argmin(_distances(points, centres), axis=1).astype(np.int32)
    return nearest


def _means(
    points: NDArray[np.float64], nearest: NDArray[np.int32], centres: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the means of the clusters, rounded to whole numbers; an empty one stays where it is."""
    moved = centres.copy()
    for c in range(centres.shape[0]):
        mine = points[nearest == c]
        if mine.shape[0]:
            moved[c] = (2 * mine.sum(axis=0).astype(np.int64) + mine.shape[0]) // (2 * mine.shape[0])
    return moved
