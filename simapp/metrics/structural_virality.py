"""structural_virality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """Whether cascades spread from user to user or from one source."""

    name, label, unit = "structural_virality", "Structural virality", "shares"
    formula = (
        "median over cascades of 2 W / (n (n - 1)), W the sum of distances between all pairs of the n "
        "nodes; W = sum over nodes but the root of s (n - s), s the nodes of the subtree"
    )
    range = (0.0, None)
    direction = "0 a post alone, 2 - 2/n a broadcast, (n + 1)/3 a chain"
    edge_cases = "missing without a cascade; a root alone has 0"
    null = "median of 2 - 2/n: every cascade a broadcast of its size"
    reference = "Goel, Anderson, Hofman & Watts 2016, Management Science 62:180-196"

    def score(self, files: Files) -> Score:
        trees = files.cascades
        star = 2.0 - 2.0 / trees.shapes.size
        return beside(float(np.median(trees.virality)), float(np.median(star)))
