"""tail_exponent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files

FEWEST = 50  # sizes in the tail
STARTS = 200  # candidates for the start of the tail


class Tail(NamedTuple):
    """A fitted power law: exponent, first size, sizes in it, and its mean log-likelihood minus a log-normal's."""

    exponent: float
    start: int
    sizes: int
    gain: float


class Here(OfCascades):
    """How heavy the tail of cascade sizes is. Of a file that was chosen by size it says nothing of the world."""

    name, label = "tail_exponent", "Exponent of the size tail"
    formula = (
        "a = 1 + N / sum of ln(x / (x_min - 1/2)) over the N sizes x >= x_min. x_min is the candidate with the"
        " smallest distance, ties to the smallest: the largest abs(share of the N sizes that are <= x - (1 - ((x +"
        " 1/2) / (x_min - 1/2))^(1 - a))) over the x that occur. Candidates are the sizes that occur and that at"
        " least 50 cascades have or exceed; of K > 200 of them, in order from number 0, those numbered floor(j (K -"
        " 1) / 199), j = 0 .. 199"
    )
    range = (1.0, None)
    direction = "2 to 3 heavy: a few cascades have most of the shares; far above 3 hardly a tail"
    edge_cases = (
        "missing with fewer than 50 cascades in every tail; a candidate above which all sizes are equal is passed"
        " over; never a line through a log-log plot"
    )
    reference = "Clauset, Shalizi & Newman 2009, SIAM Review 51:661-703, eq. 3.7"
    exactness = "the discrete law by its continuous approximation: good from x_min of about 6 on"

    def score(self, files: Files) -> Score:
        found = fit(files.cascades.shapes.size)
        return beside(None if found is None else found.exponent)


def fit(sizes: NDArray[np.int64]) -> Tail | None:
    """Return the power law of sizes int64[n] >= 1; None where no tail has FEWEST sizes or all in it are equal."""
    ordered = np.sort(sizes)
    known = np.unique(ordered)
    known = known[ordered.shape[0] - np.searchsorted(ordered, known) >= FEWEST]
    if known.shape[0] > STARTS:
        known = known[np.unique(np.linspace(0, known.shape[0] - 1, STARTS).astype(int))]
    best, nearest = None, math.inf
    for start in known:
        tail = ordered[np.searchsorted(ordered, start) :]
        if tail[0] == tail[-1]:
            continue
        logs = np.log(tail / (start - 0.5))
        exponent = 1.0 + tail.shape[0] / float(logs.sum())
        values, counts = np.unique(tail, return_counts=True)
        below = 1.0 - ((values + 0.5) / (start - 0.5)) ** (1.0 - exponent)
        distance = float(np.abs(np.cumsum(counts) / tail.shape[0] - below).max())
        if distance < nearest:
            best = Tail(exponent, int(start), int(tail.shape[0]), _gain(tail, int(start), exponent))
            nearest = distance
    return best


def _gain(tail: NDArray[np.int64], start: int, exponent: float) -> float:
    """Return the mean log-likelihood of the power law minus that of a log-normal cut off below the tail's start."""
    from scipy.optimize import minimize
    from scipy.stats import norm

    x = tail.astype(np.float64)
    power = math.log((exponent - 1.0) / (start - 0.5)) - exponent * np.log(x / (start - 0.5))
    logs, cut = np.log(x), math.log(start - 0.5)

    def cost(at: NDArray[np.float64]) -> float:
        mean, spread = float(at[0]), math.exp(float(at[1]))
        body = norm.logpdf(logs, mean, spread) - logs - norm.logsf(cut, mean, spread)
        return -float(body.mean()) if np.isfinite(body).all() else 1e9

    begin = np.array([float(logs.mean()), math.log(max(float(logs.std()), 1e-3))])
    return float(power.mean()) + float(minimize(cost, begin, method="Nelder-Mead").fun)
