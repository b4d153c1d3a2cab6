"""cascade_depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """How far from their source cascades get."""

    name, label, unit = "cascade_depth", "Cascade depth", "shares"
    formula = "median over cascades of the edges on the longest path from the root"
    range = (0.0, None)
    direction = "0 nobody shared it, 1 shared only from the source"
    edge_cases = "missing without a cascade; a root alone has 0"
    reference = "Vosoughi, Roy & Aral 2018, Science 359:1146-1151 (depth)"

    def score(self, files: Files) -> Score:
        return beside(float(np.median(files.cascades.shapes.depth)))
