"""toxicity_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_texts import TOXIC, OfTexts, toxicity
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfTexts):
    """How many texts are hostile."""

    name, label = "toxicity_share", "Share of toxic texts"
    formula = "texts with h/(h + 1) >= 0.5 / texts, h the hostile words in a text: those with one or more"
    range = (0.0, 1.0)
    direction = "0 none, 1 all"
    edge_cases = "texts without a word are left out; missing where no text is left"
    example = "text | you idiot: stupid IDIOT | a fool | fine | 2026 gives 0.6667"
    reference = "definition, on a word list; why lists need checking: Sap et al. 2019, ACL 1668-1678"

    def score(self, files: Files) -> Score:
        found = toxicity(files)
        known = found[~np.isnan(found)]
        return beside(float((known >= TOXIC).mean()) if known.shape[0] else None)
