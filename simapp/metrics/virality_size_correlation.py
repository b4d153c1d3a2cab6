"""virality_size_correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files


class Here(OfCascades):
    """Whether large cascades are more viral in shape."""

    name, label = "virality_size_correlation", "Virality against size"
    formula = (
        "Spearman rank correlation of structural virality and size over cascades, equal ones sharing the "
        "mean of their ranks"
    )
    range = (-1.0, 1.0)
    direction = "1 the larger the more viral, 0 no relation, -1 the larger the more of a broadcast"
    edge_cases = "missing with fewer than 3 cascades, or where all are of one size or one virality"
    null = "0: size says nothing of shape"
    reference = "Goel, Anderson, Hofman & Watts 2016, Management Science 62:180-196"

    def score(self, files: Files) -> Score:
        trees = files.cascades
        return beside(spearman(trees.shapes.size, trees.virality), 0.0)


def spearman(x: NDArray[Any], y: NDArray[Any]) -> float | None:
    """Return the rank correlation of two arrays [n]; None with fewer than 3 pairs or a constant side."""
    from scipy.stats import rankdata

    if x.shape[0] < 3 or x.min() == x.max() or y.min() == y.max():
        return None
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
