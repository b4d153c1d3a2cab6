"""sentiment_mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_texts import OfTexts, sentiment
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfTexts):
    """How friendly texts sound on average."""

    name, label = "sentiment_mean", "Mean sentiment"
    formula = (
        "mean over texts of (p - n)/(p + n), p and n the positive and negative words in a text, each as often as it"
        " stands there"
    )
    range = (-1.0, 1.0)
    direction = "-1 only negative words, 0 balanced, 1 only positive ones"
    edge_cases = "texts without a positive or negative word are left out; missing where no text is left"
    example = "text | Great day. great! | good AND bad | it's 2026 gives 0.5"
    reference = "definition, on a word list; why lists need checking: Sap et al. 2019, ACL 1668-1678"

    def score(self, files: Files) -> Score:
        found = sentiment(files)
        known = found[~np.isnan(found)]
        return beside(float(known.mean()) if known.shape[0] else None)
