"""Deeds that come from reading, and shares that come from a spread model, side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def widened(
    viewers: NDArray[np.int32],
    made: tuple[NDArray[Any], ...],
    users: NDArray[np.int32],
    rows: NDArray[np.int64],
    topics: NDArray[np.int16],
    deed: int,
) -> tuple[NDArray[Any], ...]:
    """Return what viewers int32[V] make with one deed more for each user int32[S], ascending, on post row int64[S].

    made: count uint8[V] and, each [V, W], deed uint8, target int32 (row), whom int32, on int16 (topic); what comes back
    is as wide as the busiest viewer needs.
    """
    if not users.shape[0]:
        return made
    count = made[0]
    at = np.searchsorted(viewers, users)
    # How many shares of the same user stand before each.
    nth = np.arange(users.shape[0]) - np.searchsorted(at, at)
    place = count[at].astype(np.int64) + nth
    room = max(made[1].shape[1], int(place.max()) + 1) - made[1].shape[1]
    deeds, target, whom, on = (np.pad(column, ((0, 0), (0, room))) for column in made[1:])
    deeds[at, place], target[at, place], whom[at, place], on[at, place] = deed, rows, -1, topics
    more = count + np.bincount(at, minlength=viewers.shape[0])
    return more.astype(np.uint8), deeds, target, whom, on
