"""How far apart values are, over all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def mean_distance(x: NDArray[Any]) -> float | None:
    """Return the mean of abs(x_i - x_j) over all pairs of different values of x [n]; None with fewer than 2."""
    n = x.shape[0]
    if n < 2:
        return None
    ordered = np.sort(x).astype(np.float64)
    if ordered[0] == ordered[-1]:
        return 0.0
    # The i-th smallest is the larger of a pair i - 1 times and the smaller n - i times.
    rank = 2.0 * np.arange(1, n + 1) - n - 1
    return float((rank * ordered).sum() * 2.0 / (n * (n - 1.0)))
