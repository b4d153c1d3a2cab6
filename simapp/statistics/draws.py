"""Random numbers for resampling, fixed by what they are for: the same data always give the same interval."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(purpose: str, *sizes: int) -> np.random.Generator:
    """Return a generator keyed by a purpose and sizes (counter-based: Philox, Salmon et al. 2011)."""
    key = hashlib.sha256(repr((purpose, sizes)).encode()).digest()[:16]
    return np.random.Generator(np.random.Philox(key=np.frombuffer(key, np.uint64)))
