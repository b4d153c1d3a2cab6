"""Shared passes over users and follow edges.

Serial float64 sums in the order of users and edges: the numbers depend neither on threads nor on how
a batch was cut.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# Shown opinions are float32; a spread below this standard deviation is rounding.
CONSTANT = 1e-7


@njit(cache=True, nogil=True)
def survey(x: Any) -> Any:
    """Return (lowest, highest, sum, users above 0, users below 0) of float32[N], N >= 1."""
    lo = hi = np.float64(x[0])
    total, above, below = 0.0, 0, 0
    for i in range(x.shape[0]):
        value = np.float64(x[i])
        lo, hi = min(lo, value), max(hi, value)
        total += value
        if value > 0.0:
            above += 1
        elif value < 0.0:
            below += 1
    return lo, hi, total, above, below


@njit(cache=True, nogil=True)
def central_sums(x: Any, mean: Any) -> Any:
    """Return the sums of the 2nd, 3rd and 4th powers of x - mean, x float32[N]."""
    s2, s3, s4 = 0.0, 0.0, 0.0
    for i in range(x.shape[0]):
        d = np.float64(x[i]) - mean
        square = d * d
        s2 += square
        s3 += square * d
        s4 += square * square
    return s2, s3, s4


@njit(cache=True, nogil=True, _nrt=False)
def follow_edges(
    lo: Any, hi: Any, indptr: Any, followees: Any, x: Any, means: Any, counts: Any, apart: Any
) -> None:
    """Of users lo .. hi - 1: fill means float64[N], counts int32[N, 3] and apart float64[N].

    indptr int64[N + 1], followees int32[M]: rows of follower -> followee edges; x float32[N]. means[u] is the mean x of
    u's followees, NaN without any; counts[u] edges across sides, within a side, and all; apart[u] the sum of
    abs(x_u - x_v). A side is the sign of x; edges with an end at 0 are on neither count. Loops are left out.
    """
    for u in range(lo, hi):
        own, total, distance, count = np.float64(x[u]), 0.0, 0.0, 0
        external, internal = np.int64(0), np.int64(0)
        for e in range(indptr[u], indptr[u + 1]):
            v = followees[e]
            if v == u:
                continue
            other = np.float64(x[v])
            total += other
            distance += abs(own - other)
            count += 1
            external += np.int64(own * other < 0.0)
            internal += np.int64(own * other > 0.0)
        means[u] = total / count if count else np.nan
        counts[u, 0], counts[u, 1], counts[u, 2] = external, internal, count
        apart[u] = distance


@njit(cache=True, nogil=True)
def correlation(x: Any, y: Any) -> Any:
    """Return (pairs, Pearson r) of float32[N] and float64[N] over the pairs whose y is a number.

    r is NaN where either side is constant (standard deviation below CONSTANT).
    """
    pairs, sx, sy = 0, 0.0, 0.0
    for i in range(x.shape[0]):
        if not np.isnan(y[i]):
            pairs += 1
            sx += np.float64(x[i])
            sy += y[i]
    if pairs == 0:
        return pairs, np.nan
    mx, my = sx / pairs, sy / pairs
    xx, yy, xy = 0.0, 0.0, 0.0
    for i in range(x.shape[0]):
        if not np.isnan(y[i]):
            dx, dy = np.float64(x[i]) - mx, y[i] - my
            xx += dx * dx
            yy += dy * dy
            xy += dx * dy
    floor = pairs * CONSTANT * CONSTANT
    if xx < floor or yy < floor:
        return pairs, np.nan
    return pairs, min(1.0, max(-1.0, xy / np.sqrt(xx * yy)))


@njit(cache=True, nogil=True)
def count_bins(opinions: Any, out: Any) -> None:
    """Count opinions float32[N, T] in [-1, 1] into out int64[T, bins] of equal, half-open bins.

    The last bin is closed; what lies outside is counted at the nearer end, what is no number nowhere.
    """
    bins = out.shape[1]
    for i in range(opinions.shape[0]):
        for t in range(opinions.shape[1]):
            x = np.float64(opinions[i, t])
            if not np.isnan(x):
                place = int((min(1.0, max(-1.0, x)) + 1.0) * (bins / 2.0))
                out[t, min(place, bins - 1)] += 1


@njit(cache=True, nogil=True)
def distinct(ids: Any, wanted: Any, limit: Any) -> Any:
    """Return how many different ids of int32[E] in 0 .. limit - 1 are wanted (bool[E]) at least once."""
    seen = np.zeros(limit, np.bool_)
    count = 0
    for i in range(ids.shape[0]):
        if wanted[i] and 0 <= ids[i] < limit and not seen[ids[i]]:
            seen[ids[i]] = True
            count += 1
    return count
