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
_SECOND = np.int64(0xFFFFFFFF)


@njit(cache=True, nogil=True)
def find(keys: Any, key: Any) -> Any:
    """Return the place of `key` in a table's keys, or the empty place (-1, with flags of 0) where it would go."""
    mask = np.uint64(keys.shape[0] - 1)
    i = mix(np.uint64(key)) & mask
    while keys[i] != -1 and keys[i] != key:
        i = (i + np.uint64(1)) & mask
    return i


@njit(cache=True, nogil=True)
def flags_of(keys: Any, flags: Any, key: Any) -> Any:
    """Return the flags of one packed pair, 0 where absent, in the `PairMap.table` of pairs that nobody drops."""
    i = find(keys, key)
    return flags[i] if keys[i] != -1 else np.uint8(0)


@njit(cache=True, nogil=True)
def _get(keys: Any, flags: Any, floor: Any, wanted: Any, out: Any) -> None:
    for j in range(wanted.shape[0]):
        i = find(keys, wanted[j])
        out[j] = flags[i] if keys[i] != -1 and (wanted[j] & _SECOND) >= floor else 0


@njit(cache=True, nogil=True)
def _set_bits(keys: Any, flags: Any, wanted: Any, bit: Any) -> Any:
    new = 0
    for j in range(wanted.shape[0]):
        i = find(keys, wanted[j])
        if keys[i] == -1:
            keys[i] = wanted[j]
            flags[i] = 0
            new += 1
        flags[i] |= bit
    return new


@njit(cache=True, nogil=True)
def _clear_bits(keys: Any, flags: Any, wanted: Any, bit: Any) -> None:
    for j in range(wanted.shape[0]):
        i = find(keys, wanted[j])
        if keys[i] != -1:
            flags[i] &= ~bit


@njit(cache=True, nogil=True)
def _count_live(keys: Any, flags: Any, floor: Any) -> Any:
    live = 0
    for i in range(keys.shape[0]):
        if keys[i] != -1 and flags[i] != 0 and (keys[i] & _SECOND) >= floor:
            live += 1
    return live


@njit(cache=True, nogil=True)
def _collect(keys: Any, flags: Any, floor: Any, out: Any) -> None:
    place = 0
    for i in range(keys.shape[0]):
        if keys[i] != -1 and flags[i] != 0 and (keys[i] & _SECOND) >= floor:
            out[place] = keys[i]
            place += 1


@njit(cache=True, nogil=True)
def _move(keys: Any, flags: Any, floor: Any, new_keys: Any, new_flags: Any) -> Any:
    moved = 0
    for j in range(keys.shape[0]):
        if keys[j] != -1 and flags[j] != 0 and (keys[j] & _SECOND) >= floor:
            i = find(new_keys, keys[j])
            if new_keys[i] == -1:
                new_keys[i] = keys[j]
                moved += 1
            new_flags[i] |= flags[j]
    return moved


class PairMap:
    """Flags by packed pair. `bit` arguments are single-bit masks 1, 2, 4 ... 128."""

    def __init__(self, capacity: int = 1024) -> None:
        size = 1 << max(4, int(np.ceil(np.log2(max(capacity, 8) * 2))))
        self._keys: NDArray[np.int64] = np.full(size, _EMPTY, np.int64)
        self._flags: NDArray[np.uint8] = np.zeros(size, np.uint8)
        self._used = 0
        self._floor = 0

    def __len__(self) -> int:
        """Number of pairs with at least one flag set."""
        return int(_count_live(self._keys, self._flags, self._floor))

    @property
    def table(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """The keys and flags as they lie in memory, for kernels that look up with `find`; not to be changed."""
        return self._keys, self._flags

    def get(self, keys: ArrayLike) -> NDArray[np.uint8]:
        """Return uint8[A] flags of packed pairs int64[A]; 0 where absent."""
        wanted = np.ascontiguousarray(keys, np.int64)
        out = np.zeros(wanted.shape[0], np.uint8)
        _get(self._keys, self._flags, self._floor, wanted, out)
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
        """Drop pairs whose second half is below `second` (posts that left the hot window), for good: none is set again.

        They leave memory when the table next runs full, so that dropping costs nothing in between.
        """
        self._floor = max(self._floor, int(second))

    def items(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return (keys int64, flags uint8) sorted by key: the same for every history of the table."""
        # Sorted in place and looked up again: a snapshot of a large world has no room for tables of places.
        keys = np.empty(len(self), np.int64)
        _collect(self._keys, self._flags, self._floor, keys)
        keys.sort()
        return keys, self.get(keys)

    @classmethod
    def from_items(cls, keys: NDArray[np.int64], flags: NDArray[np.uint8]) -> PairMap:
        """Build the table from `items()`."""
        table = cls(capacity=keys.shape[0] + 8)
        table._used = int(_move(keys, flags, 0, table._keys, table._flags))
        return table

    def _rebuild(self, *, extra: int) -> None:
        fresh = PairMap(capacity=len(self) + extra + 8)
        fresh._used = int(_move(self._keys, self._flags, self._floor, fresh._keys, fresh._flags))
        self._keys, self._flags, self._used = fresh._keys, fresh._flags, fresh._used
