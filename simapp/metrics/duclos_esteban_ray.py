"""duclos_esteban_ray."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files

ALPHA, POINTS = 0.5, 512


class Here(OnDemand):
    """How far opinions are bunched, from their density instead of from bins."""

    name, label, group = "duclos_esteban_ray", "Duclos-Esteban-Ray polarization", "opinions"
    formula = (
        "integral of f(x)^1.5 f(y) abs(x - y) dx dy: the sum over all pairs of 512 points, times the square of"
        " their distance d. The points go at equal distances from 3 w below the lowest to 3 w above the highest"
        " opinion; each opinion is moved to the nearest of them; f is the sum of Gaussians of standard deviation w"
        " there, divided so that its sum over the points times d is 1; w = 0.9 min(s, IQR/1.34) n^(-1/5) (s alone"
        " where the quartiles are equal), s with n - 1, quartiles interpolated between the opinions at 1 + (n-1)/4"
        " and 1 + 3(n-1)/4 in order"
    )
    range = (0.0, None)
    direction = "0 a point, higher the more bunched and the farther apart"
    edge_cases = "missing with fewer than 2 opinions and when all agree: there is no density"
    null = "the same of 512 opinions at equal distances from -1 to 1, both ends included"
    example = "x -0.9, -0.5, -0.4, 0.7, 0.8 gives 0.5138, null 0.4494"
    reference = (
        "Duclos, Esteban & Ray 2004, Econometrica 72:1737-1772; bandwidth: Silverman 1986, Density "
        "Estimation, eq. 3.31"
    )
    cost = "O(n + 512^2)"
    exactness = "to the bandwidth and the grid: opinions are counted to the nearest of 512 points"
    reads = ("opinions",)

    def score(self, files: Files) -> Score:
        null = kernel_index(np.linspace(-1.0, 1.0, POINTS))
        return beside(kernel_index(files.x[~np.isnan(files.x)]), null)


def kernel_index(x: NDArray[np.float64], alpha: float = ALPHA) -> float | None:
    """Return the index of opinions [n]; None with fewer than 2 or when all are equal."""
    n = x.shape[0]
    if n < 2 or x.min() == x.max():
        return None
    low, high = np.percentile(x, [25, 75])
    width = 0.9 * min(w for w in (float(x.std(ddof=1)), (high - low) / 1.34) if w > 0) * n**-0.2
    at = np.linspace(x.min() - 3 * width, x.max() + 3 * width, POINTS)
    step = at[1] - at[0]
    people = np.bincount(np.rint((x - at[0]) / step).astype(np.int64), minlength=POINTS)
    kernel = np.exp(-0.5 * ((at[:, None] - at[None, :]) / width) ** 2)
    f = kernel @ people
    f /= f.sum() * step
    return float((f ** (1.0 + alpha)) @ np.abs(at[:, None] - at[None, :]) @ f * step * step)
