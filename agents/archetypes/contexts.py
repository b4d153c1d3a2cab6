"""The contexts in which a group is asked: classes of a read post, few and declared.

A context is agreement (4) x popularity (2) x whether the account is followed (2), numbered
`agreement * 4 + popular * 2 + followed`. One more, VISIT, shows no post: what does one write of one's own accord?
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

AGREE, NEAR, AGAINST, UNKNOWN = 0, 1, 2, 3
AGREEMENTS = ("agree", "near", "against", "unknown")
NEAR_FROM, AGAINST_FROM = 0.4, 1.0
"""Distances |x_user - stance| on the shown scale, [0, 2], from which a post counts as near and as against."""
MIDDLES = (0.2, 0.7, 1.5, float("nan"))
"""The middle distance of each agreement: what stands for it where one number is needed."""
POPULAR_FROM = 10
"""Likes and shares together from which a post counts as popular."""
CONTEXTS = 16
VISIT = CONTEXTS


class Context(NamedTuple):
    """One context; `popular` and `followed` are 0 or 1."""

    agreement: int
    popular: int
    followed: int

    @property
    def label(self) -> str:
        """Return its name in words: "against, popular, followed"."""
        popular, followed = ("quiet", "popular")[self.popular], ("stranger", "followed")[self.followed]
        return f"{AGREEMENTS[self.agreement]}, {popular}, {followed}"


def context(number: int) -> Context:
    """Return the context with this number, 0 .. CONTEXTS - 1."""
    return Context(number >> 2, number >> 1 & 1, number & 1)


def label(number: int) -> str:
    """Return the name of a context, VISIT included."""
    return "visit" if number == VISIT else context(number).label


@njit(cache=True, nogil=True, inline="always")
def agreement_of(distance: Any) -> Any:
    """Return the agreement of a distance on the shown scale; NaN is unknown."""
    if np.isnan(distance):
        return UNKNOWN
    if distance < NEAR_FROM:
        return AGREE
    return NEAR if distance < AGAINST_FROM else AGAINST


@njit(cache=True, nogil=True)
def agreements(distances: NDArray[np.float64], out: NDArray[np.uint8]) -> None:
    """Fill out uint8[P] with the agreements of distances float64[P]."""
    for i in range(distances.shape[0]):
        out[i] = agreement_of(distances[i])
