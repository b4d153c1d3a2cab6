"""toxicity_agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.metrics._of_texts import TOXIC, OfTexts, toxicity
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files


class Here(OfTexts):
    """How well the scorer agrees with people who labelled the same texts, beyond chance."""

    name, label = "toxicity_agreement", "Agreement of the toxicity scorer"
    formula = (
        "Cohen's kappa of (h/(h + 1) >= 0.5) with the column label (1 toxic, 0 not): (p_o - p_e)/(1 - p_e),"
        " p_o the share that agrees, p_e that of the two shares by chance"
    )
    range = (-1.0, 1.0)
    direction = "1 always, 0 as by chance; below 0.4 poor"
    edge_cases = "missing without a column label of 0 and 1, and when both always say the same"
    null = "0: labels that know nothing of the texts; drawn by shuffling"
    reference = "Cohen 1960, Educational and Psychological Measurement 20:37-46"

    def score(self, files: Files) -> Score:
        found, labels = toxicity(files), np.array(files.table("texts").words.get("label", []))
        if not labels.shape[0]:
            return Score()
        known = ~np.isnan(found) & np.isin(labels, ["0", "1"])
        ours, theirs = found[known] >= TOXIC, labels[known] == "1"
        return against(
            kappa(ours, theirs), (kappa(ours, order) for order in files.shuffles(self.name, theirs))
        )


def kappa(one: NDArray[Any], other: NDArray[Any]) -> float | None:
    """Return Cohen's kappa of two verdicts [R] of any kind; None without any or when chance alone agrees always."""
    if not one.shape[0]:
        return None
    words = np.unique(np.concatenate([one, other]))
    chance = sum(float((one == word).mean() * (other == word).mean()) for word in words)
    return (float((one == other).mean()) - chance) / (1.0 - chance) if chance < 1.0 else None
