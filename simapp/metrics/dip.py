"""dip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simapp.metrics.files import Files

MOST = 20_000  # opinions: of more, this many are drawn


class Here(OnDemand):
    """How far opinions are from having one peak. Ties make it larger: opinions on a coarse scale look like many
    peaks."""

    name, label, group = "dip", "Dip", "opinions"
    formula = (
        "the smallest sup over x of abs(F(x) - G(x)) over all distribution functions G with one mode (convex up to it,"
        " concave after it), F the empirical one"
    )
    range = (0.0, 0.25)
    direction = "1/(2n) one peak, 1/4 two points of equal weight"
    edge_cases = "missing with fewer than 4 opinions and when all agree"
    null = "as many opinions, uniform on [0, 1], drawn: of all with one peak they have the largest dip"
    example = "x -0.9, -0.5, -0.4, 0.7, 0.8 gives 0.1833"
    reference = "Hartigan & Hartigan 1985, Annals of Statistics 13:70-84; Hartigan 1985, Applied Statistics 34:320-325"
    cost = "O(n log n), for the value and for each draw"
    exactness = "exact up to 20 000 opinions; of more, 20 000 are drawn, and F is off by at most 0.0096 (95 %, DKW)"
    reads = ("opinions",)

    def score(self, files: Files) -> Score:
        known = np.flatnonzero(~np.isnan(files.x))
        order = np.argsort(files.streams.bits("measure/dip-sample", user=known), kind="stable")[:MOST]
        x = files.x[known[order]]
        users = np.arange(x.shape[0])

        def uniform() -> Iterator[float | None]:
            for draw in range(files.draws):
                yield dip_of(files.streams.uniform("measure/dip", step=draw, user=users))

        return against(dip_of(x), uniform())


def dip_of(x: NDArray[np.float64]) -> float | None:
    """Return the dip of values [n]; None with fewer than 4 or when all are equal."""
    ordered = np.sort(x)
    if ordered.shape[0] < 4 or ordered[0] == ordered[-1]:
        return None
    found: float = _dip(ordered) / (2 * ordered.shape[0])
    return found


@njit(cache=True, nogil=True)
def _hulls(x: Any, lower: Any, upper: Any) -> None:
    """Fill, for each point, the corner before it on the greatest convex minorant of the points up to it (lower), and
    the corner after it on the least concave majorant of the points from it on (upper)."""
    n = x.shape[0]
    lower[0] = 0
    for j in range(1, n):
        at = j - 1
        while at != 0 and (x[j] - x[at]) * (at - lower[at]) >= (x[at] - x[lower[at]]) * (j - at):
            at = lower[at]
        lower[j] = at
    upper[n - 1] = n - 1
    for j in range(n - 2, -1, -1):
        at = j + 1
        while at != n - 1 and (x[j] - x[at]) * (at - upper[at]) >= (x[at] - x[upper[at]]) * (j - at):
            at = upper[at]
        upper[j] = at


@njit(cache=True, nogil=True)
def _bulge(x: Any, begin: Any, end: Any, side: Any) -> Any:
    """Return how far steps of the empirical distribution stand off the chord from `begin` to `end`, at least 1.

    In units of 1/n; above the chord for side 1, below it for side -1.
    """
    most = 1.0
    if end - begin > 1 and x[end] != x[begin]:
        slope = (end - begin) / (x[end] - x[begin])
        for j in range(begin, end + 1):
            most = max(most, side * ((j - begin) - (x[j] - x[begin]) * slope) + 1.0)
    return most


@njit(cache=True, nogil=True)
def _corners(step: Any, begin: Any, end: Any, out: Any) -> Any:
    """Fill out with the corners from `begin` to `end` that `step` leads along; return the number of the last."""
    out[0], last = begin, 0
    while out[last] != end:
        out[last + 1] = step[out[last]]
        last += 1
    return last


@njit(cache=True, nogil=True)
def _widest(x: Any, minorant: Any, majorant: Any, last_minor: Any, last_major: Any) -> Any:
    """Return (largest distance of the two hulls in units of 1/n, the corners of each where it is)."""
    if last_minor == 1 and last_major == 1:
        return 1.0, last_minor, last_major
    distance, at_minor, at_major = 0.0, last_minor, last_major
    i, v = last_minor - 1, 1
    while True:
        a, b = minorant[i], majorant[v]
        if a > b:
            before = minorant[i + 1]
            gap = (b - before + 1) - (x[b] - x[before]) * (a - before) / (x[a] - x[before])
            v += 1
            if gap >= distance:
                distance, at_minor, at_major = gap, i + 1, v - 1
        else:
            before = majorant[v - 1]
            gap = (x[a] - x[before]) * (b - before) / (x[b] - x[before]) - (a - before - 1)
            i -= 1
            if gap >= distance:
                distance, at_minor, at_major = gap, i + 1, v
        i, v = max(i, 0), min(v, last_major)
        if minorant[i] == majorant[v]:
            return distance, at_minor, at_major


@njit(cache=True, nogil=True)
def _dip(x: Any) -> Any:
    """Return 2 n times the dip of sorted x float64[n] (Hartigan 1985, algorithm AS 217).

    The modal interval shrinks until the hulls' distance in it is no more than what the parts outside need already.
    """
    n = x.shape[0]
    lower, upper = np.empty(n, np.int64), np.empty(n, np.int64)
    _hulls(x, lower, upper)
    minorant, majorant = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    low, high, dip = np.int64(0), np.int64(n - 1), 1.0
    while True:
        last_minor = _corners(lower, high, low, minorant)
        last_major = _corners(upper, low, high, majorant)
        distance, at_minor, at_major = _widest(x, minorant, majorant, last_minor, last_major)
        if distance < dip:
            return dip
        for j in range(at_minor, last_minor):
            dip = max(dip, _bulge(x, minorant[j + 1], minorant[j], 1.0))
        for j in range(at_major, last_major):
            dip = max(dip, _bulge(x, majorant[j], majorant[j + 1], -1.0))
        if low == minorant[at_minor] and high == majorant[at_major]:
            return dip
        low, high = minorant[at_minor], majorant[at_major]
