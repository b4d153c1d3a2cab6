"""Many tests at once: Holm's step-down adjustment (Holm 1979, Scand. J. Stat. 6, 65-70)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return adjusted p values in the order given; what is None was not tested and does not count."""
    tested = [i for i, p in enumerate(p_values) if p is not None]
    found: list[float | None] = [None] * len(p_values)
    values = np.array([p_values[i] for i in tested], np.float64)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * np.arange(values.shape[0], 0, -1)
    for place, adjusted in zip(order, np.minimum(1.0, np.maximum.accumulate(scaled)), strict=True):
        found[tested[int(place)]] = float(adjusted)
    return found
