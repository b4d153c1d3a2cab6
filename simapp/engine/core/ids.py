"""Names of things that hold in every arm, batch and order.

A user is its row in the population, 0 .. N - 1, for ever. A post (or repost, quote, comment) is
its author, its step and a number that tells it from what else that author did in that step, packed
into one positive int64: `author << 32 | step << 12 | n`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_USERS = 2**31 - 1
MAX_STEPS = 2**20 - 1
MAX_PER_STEP = 2**12
SYSTEM = MAX_USERS  # author and actor of what the scenario itself injects (never a user's row)


def post_key(author: ArrayLike, step: ArrayLike, n: ArrayLike) -> NDArray[np.int64]:
    """Return the int64 identity of posts from author, step (< 2**20) and number n (< 2**12)."""
    a = np.asarray(author, np.int64)
    return np.asarray((a << 32) | (np.asarray(step, np.int64) << 12) | np.asarray(n, np.int64))


def split_post_key(key: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return (author, step, n) of post identities."""
    k = np.asarray(key, np.int64)
    return k >> 32, (k >> 12) & np.int64(MAX_STEPS), k & np.int64(MAX_PER_STEP - 1)


def pair(a: Any, b: Any) -> NDArray[np.int64]:
    """Pack two non-negative 31-bit ids (user and user, or user and post serial) into one int64."""
    return np.asarray((np.asarray(a, np.int64) << 32) | np.asarray(b, np.int64))
