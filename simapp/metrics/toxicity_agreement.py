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
        "Cohen's kappa of (h/(h + 1) >= 0.5), h the hostile words in a text, with the column label (1 toxic, 0"
        " not): (p_o - p_e)/(1 - p_e), p_o the share of texts where both agree, p_e the product of the shares that"
        " either calls toxic + that of the shares that either does not"
    )
    range = (-1.0, 1.0)
    direction = "1 always, 0 as by chance; below 0.4 poor"
    edge_cases = (
        "texts without a word or with another label are left out; missing without a column label, where no text is"
        " left, and when both always say the same"
    )
    null = "labels shuffled over the texts that count"
    example = "text,label | you idiot,1 | a fool,1 | trash talk,0 | fine,0 | good,0 | 2026,1 gives 0.6154"
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
