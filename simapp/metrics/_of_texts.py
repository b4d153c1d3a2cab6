"""What figures of texts have in common: the scorer, and how a column of scores is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from simapp.metrics.base import OnDemand
from simapp.metrics.wordlist import SCORER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files

TOXIC = 0.5  # a text with one hostile word or more


class OfTexts(OnDemand):
    """A figure of all texts of a file (CSV: text, and where known group and label)."""

    group: ClassVar[str] = "texts"
    null: ClassVar[str] = "none"
    cost: ClassVar[str] = "O(characters)"
    reference: ClassVar[str] = (
        "definition, on a word list; why lists need checking: Sap et al. 2019, ACL 1668-1678"
    )
    exactness: ClassVar[str] = (
        f"as good as {SCORER.label} (simapp/metrics/wordlist.toml; a word is a run of letters, capitals aside): no"
        " model, English only, blind to irony, quotes and negation"
    )
    reads: ClassVar[tuple[str, ...]] = ("texts",)


def toxicity(files: Files) -> NDArray[np.float64]:
    """Return the toxicity [R] of each text, NaN for one without a word."""
    return _scored([SCORER.toxicity(text) for text in files.table("texts").words["text"]])


def sentiment(files: Files) -> NDArray[np.float64]:
    """Return the sentiment [R] of each text, NaN for one without a word that counts."""
    return _scored([SCORER.sentiment(text) for text in files.table("texts").words["text"]])


def _scored(found: list[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if score is None else score for score in found], np.float64)
