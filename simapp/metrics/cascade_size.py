"""cascade_size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """How many shares a cascade has, the first post included."""

    name, label, unit = "cascade_size", "Cascade size", "posts"
    formula = (
        "median over cascades of the nodes of the tree, the first post included (a file has each sharer once, so"
        " also of distinct sharers)"
    )
    range = (1.0, None)
    direction = "1 nobody shared it"
    edge_cases = "missing without a cascade"
    reference = "Vosoughi, Roy & Aral 2018, Science 359:1146-1151 (size)"

    def score(self, files: Files) -> Score:
        return beside(float(np.median(files.cascades.shapes.size)))
