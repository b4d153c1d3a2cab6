"""toxicity_mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_texts import OfTexts, toxicity
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfTexts):
    """How hostile texts are on average."""

    name, label = "toxicity_mean", "Mean toxicity"
    formula = "mean over texts of h/(h + 1), h the hostile words in a text, each as often as it stands there"
    range = (0.0, 1.0)
    direction = "0 no hostile word, 0.5 one in every text"
    edge_cases = "texts without a word are left out; missing where no text is left"
    example = "text | you idiot: stupid IDIOT | a fool | fine | 2026 gives 0.4167"
    reference = "definition, on a word list; why lists need checking: Sap et al. 2019, ACL 1668-1678"

    def score(self, files: Files) -> Score:
        found = toxicity(files)
        known = found[~np.isnan(found)]
        return beside(float(known.mean()) if known.shape[0] else None)
