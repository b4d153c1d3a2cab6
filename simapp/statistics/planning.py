"""How many replicates an interval of a given width needs, from the spread of those there are."""

from __future__ import annotations

import math

from simapp.statistics.intervals import t_quantile

MOST = 1_000_000


def replicates_needed(spread: float, half_width: float, confidence: float = 0.95) -> int | None:
    """Return the least n from 2 with t(n - 1) * spread / sqrt(n) <= half_width; None above MOST.

    spread: the standard deviation of the paired differences. WrongInput is the caller's: half_width must be > 0.
    """
    if spread == 0:
        return 2

    def wide(n: int) -> bool:
        return t_quantile(n - 1, confidence) * spread / math.sqrt(n) > half_width

    if wide(MOST):
        return None
    low, high = 1, 2
    while wide(high):
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wide(middle) else (low, middle)
    return high
