"""amplification_gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.metrics.amplification_ratio import ratio
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files


class Here(OnDemand):
    """How differently a ranked feed amplifies groups."""

    name, label, unit, group = "amplification_gap", "Amplification between groups", "points", "comparisons"
    formula = "largest - smallest amplification ratio over the groups of a file (column group), in percentage points"
    range = (0.0, None)
    direction = "0 all groups alike"
    edge_cases = "groups that reach nobody in chronological order are left out; missing with fewer than 2 groups left"
    null = "groups shuffled over rows"
    example = "group,ranked,chronological | a,30,10 | a,10,10 | b,10,20 | c,5,0 gives 150"
    reference = "Huszar et al. 2022, PNAS 119:e2025334119 (112 % against 176 % in the United Kingdom)"
    cost = "O(rows), for the value and for each draw"
    reads = ("reach",)

    def score(self, files: Files) -> Score:
        table = files.table("reach")
        ranked, control = table.numbers["ranked"], table.numbers["chronological"]
        groups = np.unique(table.words["group"], return_inverse=True)[1]
        null = (gap(ranked, control, order) for order in files.shuffles(self.name, groups))
        return against(gap(ranked, control, groups), null)


def gap(ranked: NDArray[np.float64], control: NDArray[np.float64], group: NDArray[Any]) -> float | None:
    """Return the largest less the smallest amplification by group int[R]; None with fewer than 2 groups."""
    found = [ratio(ranked[group == g], control[group == g]) for g in np.unique(group)]
    known = [value for value in found if value is not None]
    return max(known) - min(known) if len(known) > 1 else None
