"""Counter-based random numbers: a draw is a function of what it is for, never of when it was asked.

A draw is keyed by (seed, purpose, step, user, item). An item is named by what it is (a post by its
identity, see `ids.post_key`), so batch size, thread count and order of arrival cannot show, and an
extra post in one arm of an experiment shifts nothing in the other.

The generator hashes the key with the finaliser of SplitMix64 (Steele, Lea & Flood 2014, "Fast
splittable pseudorandom number generators", OOPSLA; constants of Stafford's variant 13), once per
word of the key.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

_MASK64 = (1 << 64) - 1
MAX_SEED = 2**63 - 1


@njit(cache=True, nogil=True, inline="always")
def mix(z: Any) -> Any:
    """Finalise one 64-bit word (a bijection on uint64)."""
    z = np.uint64(z)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True, inline="always")
def draw_bits(key: Any, user: Any, item: Any) -> Any:
    """Return 64 random bits for (key, user, item); `key` comes from `Streams.key`."""
    h = mix(np.uint64(key) + (np.uint64(np.int64(user)) + np.uint64(1)) * np.uint64(0xD1342543DE82EF95))
    return mix(h ^ ((np.uint64(np.int64(item)) + np.uint64(1)) * np.uint64(0xAF251AF3B0F025B5)))


@njit(cache=True, nogil=True, inline="always")
def draw(key: Any, user: Any, item: Any) -> Any:
    """Return a float64 in [0, 1) for (key, user, item), with 53 random bits."""
    return np.float64(draw_bits(key, user, item) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True, inline="always")
def half_draw(key: Any, user: Any) -> Any:
    """Return the uint64 that `full_draw` makes a draw of: the half of the work that no item changes."""
    return mix(np.uint64(key) + (np.uint64(np.int64(user)) + np.uint64(1)) * np.uint64(0xD1342543DE82EF95))


@njit(cache=True, nogil=True, inline="always")
def full_draw(half: Any, item: Any) -> Any:
    """Return `draw(key, user, item)` of the key and user that made `half`."""
    bits = mix(half ^ ((np.uint64(np.int64(item)) + np.uint64(1)) * np.uint64(0xAF251AF3B0F025B5)))
    return np.float64(bits >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True)
def _fill(key: Any, users: Any, items: Any, out: Any) -> None:
    for i in range(out.shape[0]):
        out[i] = draw(key, users[i], items[i])


@njit(cache=True, nogil=True)
def _fill_bits(key: Any, users: Any, items: Any, out: Any) -> None:
    for i in range(out.shape[0]):
        out[i] = draw_bits(key, users[i], items[i])


def _mix_int(z: int) -> int:
    z &= _MASK64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK64
    return z ^ (z >> 31)


class Streams:
    """All random numbers of a run, derived from its seed.

    `seed` is an integer in 0 .. 2**63 - 1; anything else raises ValueError.
    """

    def __init__(self, seed: int) -> None:
        if not 0 <= seed <= MAX_SEED:
            msg = f"seed must be between 0 and {MAX_SEED}, not {seed}"
            raise ValueError(msg)
        self.seed = seed
        self._purposes: dict[str, int] = {}

    def key(self, purpose: str, step: int = 0) -> np.uint64:
        """Return the uint64 key of (seed, purpose, step), to be handed to `draw` inside kernels."""
        base = self._purposes.get(purpose)
        if base is None:
            word = int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little")
            base = _mix_int(_mix_int(self.seed + 0x9E3779B97F4A7C15) ^ word)
            self._purposes[purpose] = base
        return np.uint64(_mix_int(base + (step + 1) * 0x9E3779B97F4A7C15))

    def uniform(
        self, purpose: str, *, step: int = 0, user: ArrayLike = 0, item: ArrayLike = 0
    ) -> NDArray[np.float64]:
        """Return float64 in [0, 1), one per broadcast (user, item) pair, in their shape."""
        users, items, shape = _broadcast(user, item)
        out = np.empty(users.shape[0], np.float64)
        _fill(self.key(purpose, step), users, items, out)
        return out.reshape(shape)

    def bits(
        self, purpose: str, *, step: int = 0, user: ArrayLike = 0, item: ArrayLike = 0
    ) -> NDArray[np.uint64]:
        """Return 64 random bits per broadcast (user, item) pair, in their shape."""
        users, items, shape = _broadcast(user, item)
        out = np.empty(users.shape[0], np.uint64)
        _fill_bits(self.key(purpose, step), users, items, out)
        return out.reshape(shape)

    def normal(
        self, purpose: str, *, step: int = 0, user: ArrayLike = 0, item: ArrayLike = 0
    ) -> NDArray[np.float64]:
        """Return standard normal float64 (Box & Muller 1958), one per broadcast (user, item) pair."""
        u1 = self.uniform(purpose + "/r", step=step, user=user, item=item)
        u2 = self.uniform(purpose + "/a", step=step, user=user, item=item)
        return np.sqrt(-2.0 * np.log1p(-u1)) * np.cos(2.0 * np.pi * u2)

    def integers(
        self, purpose: str, high: int, *, step: int = 0, user: ArrayLike = 0, item: ArrayLike = 0
    ) -> NDArray[np.int64]:
        """Return int64 in 0 .. high - 1, one per broadcast (user, item) pair."""
        return (self.uniform(purpose, step=step, user=user, item=item) * high).astype(np.int64)


def _broadcast(
    user: ArrayLike, item: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[int, ...]]:
    users, items = np.broadcast_arrays(np.asarray(user, np.int64), np.asarray(item, np.int64))
    # Copies: a broadcast array of one element counts as contiguous, and numpy warns when it is handed on.
    return np.array(users, np.int64).ravel(), np.array(items, np.int64).ravel(), users.shape
