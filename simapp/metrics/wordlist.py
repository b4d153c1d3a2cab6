"""A scorer of texts that is a list of words and says so: no model, English only, blind to irony, quotes and negation.

Word lists misfire on dialect and on reclaimed words (Sap et al. 2019, ACL 1668-1678), so figures made with one are to
be split by group and checked against a labelled sample.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")

KINDS = ("positive", "negative", "hostile")
_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_POSITIVE, _NEGATIVE, _HOSTILE = (frozenset(_LISTS[kind]) for kind in KINDS)


@dataclass(frozen=True)
class WordList:
    """Scores texts by the words in them. `name` and `version` go with every figure that it makes."""

    name: str = "sociarium-words"
    version: str = "1"

    @property
    def label(self) -> str:
        """What figures call it."""
        return f"the word list {self.name}, version {self.version}"

    def words(self, kind: str) -> frozenset[str]:
        """Return the words of one of KINDS."""
        return frozenset(_LISTS[kind])

    def toxicity(self, text: str) -> float | None:
        """Return h/(h + 1) in [0, 1), h the hostile words in the text; None for a text without any word."""
        words = _words(text)
        hits = sum(word in _HOSTILE for word in words)
        return hits / (hits + 1.0) if words else None

    def sentiment(self, text: str) -> float | None:
        """Return (p - n)/(p + n) in [-1, 1], p and n the positive and negative words; None without any of them."""
        words = _words(text)
        good, ill = sum(word in _POSITIVE for word in words), sum(word in _NEGATIVE for word in words)
        return (good - ill) / (good + ill) if good + ill else None


SCORER = WordList()


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
