"""The middle and the band of several series over common steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Kind = Literal["interval", "range"]


@dataclass(frozen=True)
class Band:
    """mean, low, high: float64[T], NaN where there is none. n: int64[T], how many series have a value there."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: NDArray[np.int64]


def band(series: NDArray[np.float64], kind: Kind = "interval", confidence: float = 0.95) -> Band:
    """Return mean and band of float64[R, T] (NaN: missing): the t interval of the mean, or the lowest and highest.

    The interval is pointwise: it holds for each step by itself. With one series there is no interval.
    """
    there = np.isfinite(series)
    n = there.sum(axis=0)
    filled = np.where(there, series, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, filled.sum(axis=0) / n, np.nan)
        if kind == "range":
            low = np.where(there, series, np.inf).min(axis=0, initial=np.inf)
            high = np.where(there, series, -np.inf).max(axis=0, initial=-np.inf)
            return Band(mean, np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan), n)
        squares = np.where(there, (series - mean) ** 2, 0.0).sum(axis=0)
        half = stdtrit(np.maximum(n - 1, 1), 0.5 + confidence / 2) * np.sqrt(squares / (n - 1) / n)
    half = np.where(n > 1, half, np.nan)
    return Band(mean, mean - half, mean + half, n)
