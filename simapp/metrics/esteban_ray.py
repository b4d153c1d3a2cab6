"""esteban_ray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.metrics.base import Metric, point
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.record import MetricPoint
    from simapp.metrics.files import Files
    from simapp.metrics.view import View

ALPHA, BINS = 1.6, 10


class Here(Metric):
    """How far users are bunched into a few distant groups. It depends on how many groups opinions are cut into;
    here always ten."""

    name, label, group = "esteban_ray", "Esteban-Ray polarization", "opinions"
    formula = (
        "K sum_i sum_j p_i^2.6 p_j abs(y_i - y_j), p_i the share of users in bin i of 10 equal bins of [-1,"
        " 1], y_i their mean opinion; alpha = 1.6 is the most that the axioms allow; K = 1/(4 * 0.5^3.6) "
        "makes two equal camps at the ends 1"
    )
    range = (0.0, 1.0)
    direction = "0 one group, 1 two equal camps at the two ends"
    edge_cases = "missing without users; 0 when all are in one bin"
    null = "opinions spread evenly over [-1, 1]: ten equal groups at the middles of the bins"
    example = "x -0.9, -0.5, -0.4, 0.7, 0.8 gives 0.1699, null 0.05026"
    reference = "Esteban & Ray 1994, Econometrica 62:819-851"
    cost = "O(n)"
    exactness = "exact for these ten groups"
    usual = False
    reads = ("opinions",)

    def compute(self, view: View) -> MetricPoint:
        return point(of_opinions(view.column), EVEN)

    def score(self, files: Files) -> Score:
        return beside(of_opinions(files.x[~np.isnan(files.x)]), EVEN)


def of_groups(share: NDArray[np.float64], at: NDArray[np.float64], alpha: float = ALPHA) -> float:
    """Return sum_i sum_j p_i^(1 + alpha) p_j abs(y_i - y_j) of groups with shares [k] at places [k], without K."""
    return float(share ** (1.0 + alpha) @ np.abs(at[:, None] - at[None, :]) @ share)


def of_opinions(x: NDArray[Any]) -> float | None:
    """Return the index of opinions [n] in [-1, 1] in ten bins; None without any or where one is no number."""
    values = x.astype(np.float64)
    if not values.shape[0] or np.isnan(values).any():
        return None
    place = np.minimum((values + 1.0) * (BINS / 2.0), BINS - 1).astype(np.int64)
    people = np.bincount(place, minlength=BINS)
    had = people > 0
    at = np.bincount(place, weights=values, minlength=BINS)[had] / people[had]
    most = of_groups(np.array([0.5, 0.5]), np.array([-1.0, 1.0]))
    return min(1.0, of_groups(people[had] / values.shape[0], at) / most)


EVEN = of_opinions(np.linspace(-1.0 + 0.1, 1.0 - 0.1, BINS))
