"""amplification_ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from simapp.metrics.files import Files


class Here(OnDemand):
    """How much farther posts reach under a ranked feed than under a chronological one in the same world."""

    name, label, unit, group = "amplification_ratio", "Amplification", "%", "comparisons"
    formula = (
        "(sum of ranked / sum of chronological - 1) * 100, over the rows of a file: one group, or all; the columns"
        " are reach under the ranked feed and in reverse-chronological order, a counterfactual pair of one world"
    )
    range = (-100.0, None)
    direction = "0 equal, 100 twice as far, -100 not shown at all"
    edge_cases = "missing where nothing is reached in chronological order"
    null = "0: ranking changes no reach"
    example = "group,ranked,chronological | a,30,10 | a,10,10 | b,10,20 gives 25, null 0"
    reference = "Huszar et al. 2022, PNAS 119:e2025334119"
    cost = "O(rows)"
    reads = ("reach",)

    def score(self, files: Files) -> Score:
        table = files.table("reach").numbers
        return beside(ratio(table["ranked"], table["chronological"]), 0.0)


def ratio(ranked: NDArray[np.float64], chronological: NDArray[np.float64]) -> float | None:
    """Return the amplification in per cent of reaches [R] in two arms; None where the control arm has none."""
    control = float(chronological.sum())
    return (float(ranked.sum()) / control - 1.0) * 100.0 if control > 0 else None
