"""The sign-flip permutation test of paired differences: were they no more than chance, each sign could be the other.

All 2^n flips up to n = 15 differences that are not zero; above that a seeded sample of them, its p value counted
with the observed one, so that it is never 0 (Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9, 39).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simapp.statistics.draws import generator

MOST_EXACT = 15
FLIPS = 19_999


@dataclass(frozen=True)
class SignFlip:
    """p: two-sided. flips: how many were looked at. exact: whether that is all there are."""

    p: float
    flips: int
    exact: bool


def sign_flip(differences: NDArray[np.float64]) -> SignFlip | None:
    """Return the test of float64[n] against a mean of zero; None without a difference. All zero gives p = 1."""
    if differences.shape[0] == 0:
        return None
    # Zeros have no sign to flip.
    moved = differences[differences != 0]
    n = moved.shape[0]
    if n == 0:
        return SignFlip(1.0, 1, exact=True)
    observed = abs(float(moved.sum()))
    # What differs by rounding alone is a tie.
    reached = observed - 1e-12 * float(np.abs(moved).sum())
    if n <= MOST_EXACT:
        sums = np.abs(_all_signs(n) @ moved)
        return SignFlip(float(np.count_nonzero(sums >= reached) / sums.shape[0]), 2**n, exact=True)
    beyond = 0
    # In pieces: some thousand differences times all flips would not fit.
    piece = max(1, min(FLIPS, 4_000_000 // n))
    for start in range(0, FLIPS, piece):
        signs = _drawn_signs(n, start, min(piece, FLIPS - start))
        beyond += int(np.count_nonzero(np.abs(signs @ moved) >= reached))
    return SignFlip((1 + beyond) / (1 + FLIPS), FLIPS, exact=False)


@lru_cache(maxsize=MOST_EXACT)
def _all_signs(n: int) -> NDArray[np.float64]:
    """Return float64[2^(n-1), n] of +1 and -1: half of all flips; the other half mirrors it and changes no p."""
    rows = np.arange(2 ** (n - 1))
    signs: NDArray[np.float64] = np.where((rows[:, None] >> np.arange(n)) & 1, -1.0, 1.0).astype(np.float64)
    return signs


@lru_cache(maxsize=8)
def _drawn_signs(n: int, start: int, rows: int) -> NDArray[np.int8]:
    """Return int8[rows, n] of +1 and -1, drawn for this n and piece: the same ones at every call."""
    drawn = generator("sign flips", n, start).integers(0, 2, size=(rows, n), dtype=np.int8)
    signs: NDArray[np.int8] = (drawn * 2 - 1).astype(np.int8)
    return signs
