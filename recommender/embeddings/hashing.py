"""A text encoder without a model: hashed words.

Texts that share words are close, others are not; nothing is known of meaning. For machines without
torch and for runs where speed matters more than sense. It must be asked for: nothing falls back to it.
"""

from __future__ import annotations

import hashlib
import re

import numpy as np
from numpy.typing import NDArray

from recommender.embeddings.quantise import unit_to_int8

_WORD = re.compile(r"\w+")
_PLACES_PER_WORD = 4


class HashedWords:
    """Implements `recommender.parts.Encoder`: signed feature hashing (Weinberger et al. 2009, ICML)."""

    dimensions = 384
    fingerprint = "hashed words 1"

    def encode(self, texts: list[str]) -> NDArray[np.int8]:
        """Return int8[len(texts), 384]; a text without words is all zeros."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for i, text in enumerate(texts):
            for word in _WORD.findall(text.lower()):
                digest = hashlib.blake2b(word.encode(), digest_size=4 * _PLACES_PER_WORD).digest()
                for bits in np.frombuffer(digest, "<u4"):
                    vectors[i, int(bits >> 1) % self.dimensions] += 1.0 if bits & 1 else -1.0
        return unit_to_int8(vectors)
