"""Intervals of a mean: Student's t, and the bias-corrected and accelerated bootstrap (BCa).

BCa: Efron 1987, "Better bootstrap confidence intervals", J. Am. Stat. Assoc. 82, 171-185; the form is that of
DiCiccio & Efron 1996, Stat. Sci. 11, 189-228.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

from simapp.statistics.draws import generator

Interval = tuple[float, float]
RESAMPLES = 9_999
FEWEST_FOR_BOOTSTRAP = 5  # below it a resampled mean takes a handful of values


def t_quantile(df: int, confidence: float = 0.95) -> float:
    """Return the quantile of Student's t that a two-sided interval uses; df from 1."""
    return float(stdtrit(df, 0.5 + confidence / 2))


def t_interval(values: NDArray[np.float64], confidence: float = 0.95) -> Interval | None:
    """Return the t interval of the mean of float64[n]; None below two values. Equal values give [mean, mean]."""
    n = values.shape[0]
    if n < 2:
        return None
    mean = float(values.mean())
    if values.min() == values.max():
        return float(values[0]), float(values[0])
    half = t_quantile(n - 1, confidence) * float(values.std(ddof=1)) / math.sqrt(n)
    return mean - half, mean + half


def bca_interval(values: NDArray[np.float64], confidence: float = 0.95) -> Interval | None:
    """Return the BCa interval of the mean of float64[n] from RESAMPLES resamples, the same ones for every n.

    None below FEWEST_FOR_BOOTSTRAP values. Equal values give [mean, mean].
    """
    n = values.shape[0]
    if n < FEWEST_FOR_BOOTSTRAP:
        return None
    if values.min() == values.max():
        return float(values[0]), float(values[0])
    means = np.sort(_weights(n) @ values)
    mean = float(values.mean())
    # Half of what equals the mean counts as below it, as far as rounding can tell.
    near = 1e-12 * float(np.abs(values).max())
    below = np.searchsorted(means, mean - near) + np.searchsorted(means, mean + near, side="right")
    share = min(max(float(below) / (2 * RESAMPLES), 0.5 / RESAMPLES), 1 - 0.5 / RESAMPLES)
    bias = float(ndtri(share))
    # Without value i the mean moves by (mean - value i) / (n - 1): the jackknife in closed form.
    moved = (values - mean) / (n - 1)
    acceleration = float((moved**3).sum() / (6 * (moved**2).sum() ** 1.5))
    ends = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        z = bias + float(ndtri(tail))
        ends.append(float(ndtr(bias + z / (1 - acceleration * z))))
    low, high = np.quantile(means, ends)
    return float(low), float(high)


@lru_cache(maxsize=32)
def _weights(n: int) -> NDArray[np.float64]:
    """Return float64[RESAMPLES, n]: what share of each resample each value has."""
    counts = generator("bootstrap", n).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    shares: NDArray[np.float64] = counts / n
    return shares
