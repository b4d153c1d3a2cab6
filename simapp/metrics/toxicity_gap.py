"""toxicity_gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.metrics._of_texts import TOXIC, OfTexts, toxicity
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files


class Here(OfTexts):
    """How differently the scorer judges groups of authors. A gap may be the scorer's: word lists misfire on
    dialect."""

    name, label = "toxicity_gap", "Toxicity between groups"
    formula = (
        "largest - smallest share of texts with a hostile word, of the texts with a word, over the groups that the"
        " column group names"
    )
    range = (0.0, 1.0)
    direction = "0 all groups alike"
    edge_cases = (
        "texts without a word or a group are left out; missing without a column group, or with fewer than 2 groups"
        " left"
    )
    null = "groups shuffled over the texts that count"
    example = "text,group | you idiot,a | fine,a | hello,b | a good day,b | 2026,c gives 0.5"
    reference = "Sap et al. 2019, ACL 1668-1678"

    def score(self, files: Files) -> Score:
        found, named = toxicity(files), np.array(files.table("texts").words.get("group", []))
        if not named.shape[0]:
            return Score()
        known = ~np.isnan(found) & (named != "")
        toxic, groups = found[known] >= TOXIC, np.unique(named[known], return_inverse=True)[1]
        return against(gap(toxic, groups), (gap(toxic, order) for order in files.shuffles(self.name, groups)))


def gap(toxic: NDArray[Any], group: NDArray[Any]) -> float | None:
    """Return the largest less the smallest share of toxic [R] by group int[R]; None with fewer than 2 groups."""
    if not group.shape[0] or group.min() == group.max():
        return None
    share = np.bincount(group, weights=toxic) / np.bincount(group)
    return float(share.max() - share.min())
