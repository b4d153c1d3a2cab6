"""A set of (user, thing) pairs with eight flag bits each, as an open-addressing hash table.

Keys are packed pairs (`ids.pair`), values are bit flags. Membership is exact. All work is in
batches; the table is three flat arrays, so a snapshot is a copy of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from simapp.engine.core.streams import mix

_EMPTY = np.int64(-1)


@njit(cache=True, nogil=True)
def _find(keys: Any, key: Any) -> Any:
    mask = np.uint64(keys.shape[0] - 1)
    i = mix(np.uint64(key)) & mask
    while keys[i] != -1 and keys[i] != key:
        i = (i + np.uint64(1)) & mask
    return i


@njit(cache=True, nogil=True)
def flags_of(keys: Any, flags: Any, key: Any) -> Any:
    """Return the flags of one packed pair in a table (`PairMap.table`), 0 where absent; for kernels."""
    i = _find(keys, key)
    return flags[i] if keys[i] != -1 else np.uint8(0)


@njit(cache=True, nogil=True)
def _get(keys: Any, flags: Any, wanted: Any, out: Any) -> None:
    for j in range(wanted.shape[0]):
        i = _find(keys, wanted[j])
        out[j] = flags[i] if keys[i] != -1 else 0


@njit(cache=True, nogil=True)
def _set_bits(keys: Any, flags: Any, wanted: Any, bit: Any) -> Any:
    new = 0
    for j in range(wanted.shape[0]):
        i = _find(keys, wanted[j])
        if keys[i] == -1:
            keys[i] = wanted[j]
            flags[i] = 0
            new += 1
        flags[i] |= bit
    return new


@njit(cache=True, nogil=True)
def _clear_bits(keys: Any, flags: Any, wanted: Any, bit: Any) -> None:
    for j in range(wanted.shape[0]):
        i = _find(keys, wanted[j])
        if keys[i] != -1:
            flags[i] &= ~bit


class PairMap:
    """Flags by packed pair. `bit` arguments are single-bit masks 1, 2, 4 ... 128."""

    def __init__(self, capacity: int = 1024) -> None:
        size = 1 << max(4, int(np.ceil(np.log2(max(capacity, 8) * 2))))
        self._keys: NDArray[np.int64] = np.full(size, _EMPTY, np.int64)
        self._flags: NDArray[np.uint8] = np.zeros(size, np.uint8)
        self._used = 0

    def __len__(self) -> int:
        """Number of pairs with at least one flag set."""
        return int(np.count_nonzero(self._flags[self._keys != _EMPTY]))

    @property
    def table(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return (keys, flags), the open-addressing table itself, for kernels that look up pairs one by one."""
        return self._keys, self._flags

    def get(self, keys: ArrayLike) -> NDArray[np.uint8]:
        """Return uint8[A] flags of packed pairs int64[A]; 0 where absent."""
        wanted = np.ascontiguousarray(keys, np.int64)
        out = np.zeros(wanted.shape[0], np.uint8)
        _get(self._keys, self._flags, wanted, out)
        return out

    def has(self, keys: ArrayLike, bit: int) -> NDArray[np.bool_]:
        """Return bool[A]: whether `bit` is set for each packed pair."""
        found: NDArray[np.bool_] = (self.get(keys) & np.uint8(bit)) != 0
        return found

    def set(self, keys: ArrayLike, bit: int) -> None:
        """Set `bit` for each packed pair."""
        wanted = np.ascontiguousarray(keys, np.int64)
        if (self._used + wanted.shape[0]) * 10 > self._keys.shape[0] * 6:
            self._rebuild(extra=wanted.shape[0])
        self._used += int(_set_bits(self._keys, self._flags, wanted, np.uint8(bit)))

    def clear(self, keys: ArrayLike, bit: int) -> None:
        """Clear `bit` for each packed pair; absent pairs stay absent."""
        _clear_bits(self._keys, self._flags, np.ascontiguousarray(keys, np.int64), np.uint8(bit))

    def drop_below(self, second: int) -> None:
        """Drop pairs whose second half is below `second` (posts that left the hot window)."""
        self._rebuild(second_at_least=second)

    def items(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return (keys int64, flags uint8) sorted by key: the same for every history of the table."""
        held = (self._keys != _EMPTY) & (self._flags != 0)
        keys, flags = self._keys[held], self._flags[held]
        order = np.argsort(keys, kind="stable")
        return keys[order], flags[order]

    @classmethod
    def from_items(cls, keys: NDArray[np.int64], flags: NDArray[np.uint8]) -> PairMap:
        """Build the table from `items()`."""
        table = cls(capacity=keys.shape[0] + 8)
        table._fill(keys, flags)
        return table

    def _fill(self, keys: NDArray[np.int64], flags: NDArray[np.uint8]) -> None:
        for bit in (1, 2, 4, 8, 16, 32, 64, 128):
            chosen = np.ascontiguousarray(keys[(flags & np.uint8(bit)) != 0])
            if chosen.shape[0]:
                self._used += int(_set_bits(self._keys, self._flags, chosen, np.uint8(bit)))

    def _rebuild(self, *, extra: int = 0, second_at_least: int | None = None) -> None:
        keys, flags = self.items()
        if second_at_least is not None:
            kept = (keys & np.int64(0xFFFFFFFF)) >= second_at_least
            keys, flags = keys[kept], flags[kept]
        fresh = PairMap(capacity=keys.shape[0] + extra + 8)
        fresh._fill(keys, flags)
        self._keys, self._flags, self._used = fresh._keys, fresh._flags, fresh._used
