"""cascade_root_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """How much of a cascade comes straight from its source."""

    name, label = "cascade_root_share", "Root share"
    formula = "median over cascades with a share of children of the root / (n - 1)"
    range = (0.0, 1.0)
    direction = "1 a broadcast, near 0 a chain"
    edge_cases = "missing without a cascade that was shared; a root alone is left out"
    reference = "Goel, Watts & Goldstein 2012, ACM Conference on Electronic Commerce 623-638"

    def score(self, files: Files) -> Score:
        shapes = files.cascades.shapes
        shared = shapes.size > 1
        return beside(
            float(np.median(shapes.first[shared] / (shapes.size[shared] - 1))) if shared.any() else None
        )
