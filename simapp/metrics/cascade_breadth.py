"""cascade_breadth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """How wide cascades are."""

    name, label, unit = "cascade_breadth", "Cascade breadth", "posts"
    formula = "median over cascades of the nodes on the level that has most of them"
    range = (1.0, None)
    direction = "1 a chain or a post alone, high a broadcast"
    edge_cases = "missing without a cascade"
    reference = "Vosoughi, Roy & Aral 2018, Science 359:1146-1151 (max-breadth)"

    def score(self, files: Files) -> Score:
        return beside(float(np.median(files.cascades.shapes.breadth)))
