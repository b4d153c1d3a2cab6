"""cascade_half_life."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """How soon half of a cascade's shares have happened."""

    name, label, unit = "cascade_half_life", "Half-life", "minutes"
    formula = "median over cascades with a share of the median minutes from the first post to a share"
    range = (None, None)
    direction = "low bursts, high a long life"
    edge_cases = "missing without minutes; delays below 0, which some files have, are kept"
    reference = "Kwak, Lee, Park & Moon 2010, WWW 591-600 (half of reposts within an hour)"

    def score(self, files: Files) -> Score:
        halves = [float(np.median(delay)) for delay in files.cascades.delays if delay.shape[0]]
        return beside(float(np.median(halves)) if halves else None)
