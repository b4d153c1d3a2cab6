"""tail_gain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside
from simapp.metrics.tail_exponent import fit

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """Whether the tail of cascade sizes is more like a power law than like a log-normal: a straight line in a
    log-log plot shows neither."""

    name, label = "tail_gain", "Power law against log-normal"
    formula = (
        "mean over the N sizes x of the size tail of ln p(x) - ln q(x), both cut off at c = x_min - 1/2: p the"
        " power law (a - 1)/c (x/c)^-a, q the log-normal density divided by its mass above c, the mean and standard"
        " deviation of ln x that it has chosen for the largest likelihood; a and x_min as in tail_exponent"
    )
    range = (None, None)
    direction = "above 0 the power law fits better, below 0 the log-normal; near 0 the data cannot tell"
    edge_cases = "missing where there is no tail"
    null = "0: neither fits better"
    reference = "Clauset, Shalizi & Newman 2009, SIAM Review 51:661-703, section 5"
    cost = "O(s + a numerical fit)"
    exactness = "both laws by their continuous approximation"

    def score(self, files: Files) -> Score:
        found = fit(files.cascades.shapes.size)
        return beside(None if found is None else found.gain, 0.0)
