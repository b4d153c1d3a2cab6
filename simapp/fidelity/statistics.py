"""Numbers that several checks need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def clusters(x: NDArray[np.float64], *, gap: float, mass: float = 0.0) -> int:
    """Return how many groups of x float64[N], apart by more than `gap`, hold at least a share `mass` of all."""
    ordered = np.sort(x)
    ends = np.flatnonzero(np.diff(ordered) > gap)
    sizes = np.diff(np.concatenate([[0], ends + 1, [ordered.shape[0]]]))
    return int(np.count_nonzero(sizes >= mass * ordered.shape[0]))


def gini(x: NDArray[np.floating | np.integer]) -> float:
    """Return the Gini coefficient of x >= 0 [N]: sum of (2i - n - 1) x_(i) / (n sum x); NaN where all are zero."""
    ordered = np.sort(x.astype(np.float64))
    n, total = ordered.shape[0], ordered.sum()
    if not total:
        return float("nan")
    return float(((2.0 * np.arange(1, n + 1) - n - 1.0) * ordered).sum() / (n * total))


def top_share(x: NDArray[np.floating | np.integer], share: float) -> float:
    """Return what part of the sum of x >= 0 the largest `share` of the entries hold (at least one entry)."""
    many = max(1, round(share * x.shape[0]))
    return float(np.sort(x)[-many:].sum() / max(x.sum(), 1e-300))


def four_errors(x: NDArray[np.floating | np.integer]) -> float:
    """Return four standard errors of the mean of x."""
    return float(4.0 * x.std(ddof=1) / np.sqrt(x.shape[0]))
