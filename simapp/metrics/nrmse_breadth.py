"""nrmse_breadth."""

from __future__ import annotations

from simapp.metrics import growth
from simapp.metrics._of_growth import OfGrowth


class Here(OfGrowth):
    """How well cascades grow in breadth as real ones do."""

    name, label = "nrmse_breadth", "Growth error: breadth"
    formula = (
        "mean over pairs of sqrt(mean over t of (y_t - r_t)^2) / max r, t = 0 .. 149 minutes from the root,"
        " y and r the nodes on the largest level of the cascade and of the real one at t"
    )
    curve = growth.BREADTH
