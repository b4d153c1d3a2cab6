"""nrmse_breadth."""

from __future__ import annotations

from simapp.metrics import growth
from simapp.metrics._of_growth import OfGrowth


class Here(OfGrowth):
    """How well cascades grow in breadth as real ones do."""

    name, label = "nrmse_breadth", "Growth error: breadth"
    formula = (
        "mean over pairs of sqrt(mean over t of (y_t - r_t)^2) / max over t of r_t, t = 0, 1 .. 149, y_t and r_t"
        " the nodes on the largest level of the cascade and of the real one when only its nodes up to t minutes"
        " after the root are taken"
    )
    example = (
        "{\"parent\": [-1, 0, 1], \"minutes\": [0, 30, 75]} beside {\"parent\": [-1, 0, 0], \"minutes\": [5, 5,"
        " 80]} gives 0.3536, null 0"
    )
    curve = growth.BREADTH
