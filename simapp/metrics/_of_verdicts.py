"""Verdicts of a judge on pairs of answers, given in both orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files

A, B, NEUTRAL = 0, 1, 2


def verdicts(files: Files) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what the judge said of each pair in either order, int64[R] each: A, B or NEUTRAL."""
    words = files.table("verdicts").words
    forward = {"first": A, "second": B, "neutral": NEUTRAL}
    backward = {"first": B, "second": A, "neutral": NEUTRAL}
    return (
        np.array([forward[word] for word in words["forward"]], np.int64),
        np.array([backward[word] for word in words["backward"]], np.int64),
    )
