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
        "mean log-likelihood per size of the power law of the size tail - that of the log-normal fitted to "
        "the same sizes, cut off at the same x_min - 1/2"
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
