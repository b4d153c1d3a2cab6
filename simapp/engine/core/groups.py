"""Chat groups: who made them, who is in them, and what was said last.

A group is called by what it is: its creator, step and number, packed as a post's key (`ids.post_key`). Its
`id` (0, 1, 2 ...) is what the world and the event table refer to; ids are given in canonical order, so that
neither batches nor threads can show. A run without groups holds a few empty arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core import ids
from simapp.engine.core.pairmap import PairMap

KEPT = 200  # messages of a group that can still be read; all of them are in the event table
MEMBER = 1
_SPARE = 4096  # messages beyond what is kept before the oldest are dropped, at least
_COLUMNS: dict[str, type[np.generic]] = {
    "group": np.int32,
    "sender": np.int32,
    "step": np.int32,
    "text": np.int32,
}


@njit(cache=True, nogil=True)
def _newest(group: Any, kept: Any, counts: Any, keep: Any) -> None:
    for i in range(group.shape[0] - 1, -1, -1):
        keep[i] = counts[group[i]] < kept
        counts[group[i]] += 1


@dataclass(frozen=True)
class Heard:
    """What users who listen are told.

    groups int32[G] ids of all groups and names int32[G] their text ids. joined: (user int32[J], group int32[J]),
    sorted by both: which of the listeners is in which group. messages, oldest first within a group, of every
    group that a listener is in: group, sender, step, text int32[M], sorted by group.
    """

    groups: NDArray[np.int32]
    names: NDArray[np.int32]
    joined: tuple[NDArray[np.int32], NDArray[np.int32]]
    group: NDArray[np.int32]
    sender: NDArray[np.int32]
    step: NDArray[np.int32]
    text: NDArray[np.int32]


class Groups:
    """All groups of a world.

    By group id: key int64[G] identity, name int32[G] text id, size int32[G] members. `members`: bit MEMBER by
    (group, user). Messages lie in the order in which they were sent; the newest KEPT of each group stay.
    """

    def __init__(self) -> None:
        self.key: NDArray[np.int64] = np.zeros(0, np.int64)
        self.name: NDArray[np.int32] = np.zeros(0, np.int32)
        self.size: NDArray[np.int32] = np.zeros(0, np.int32)
        self.members = PairMap(8)
        self._said: dict[str, NDArray[Any]] = {name: np.zeros(0, kind) for name, kind in _COLUMNS.items()}
        self._rows = 0
        self._most = _SPARE

    def __len__(self) -> int:
        return int(self.key.shape[0])

    def known(self, group: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[A]: whether there is such a group."""
        return (group >= 0) & (group < len(self))

    def has(self, group: NDArray[np.int32], user: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[A]: whether each user is in each group; unknown groups have no members."""
        known = self.known(group)
        return known & self.members.has(ids.pair(np.where(known, group, 0), user), MEMBER)

    def found(self, key: NDArray[np.int64], name: NDArray[np.int32]) -> NDArray[np.int32]:
        """Make groups, in the order given, their creators their first members; return their ids int32[A]."""
        new = np.arange(len(self), len(self) + key.shape[0], dtype=np.int32)
        self.key = np.concatenate([self.key, key])
        self.name = np.concatenate([self.name, name.astype(np.int32)])
        self.size = np.concatenate([self.size, np.zeros(key.shape[0], np.int32)])
        self.join(new, ids.split_post_key(key)[0].astype(np.int32))
        return new

    def join(self, group: NDArray[np.int32], user: NDArray[np.int32]) -> None:
        """Add members (callers have checked that they are none)."""
        self.members.set(ids.pair(group, user), MEMBER)
        np.add.at(self.size, group, 1)

    def leave(self, group: NDArray[np.int32], user: NDArray[np.int32]) -> None:
        """Take members out (callers have checked that they are in)."""
        self.members.clear(ids.pair(group, user), MEMBER)
        np.subtract.at(self.size, group, 1)

    def send(self, group: NDArray[np.int32], sender: NDArray[np.int32], step: int, text: NDArray[np.int32]) -> None:
        """Add messages in the order given; of each group the newest KEPT can be read."""
        count = group.shape[0]
        if self._rows + count > self._most:
            self._forget()
            self._most = max(2 * self._rows, self._rows + count) + _SPARE
        if self._rows + count > self._said["group"].shape[0]:
            room = max(self._rows + count, 2 * self._rows, 64)
            for name, column in self._said.items():
                grown = np.zeros(room, column.dtype)
                grown[: self._rows] = column[: self._rows]
                self._said[name] = grown
        rows = slice(self._rows, self._rows + count)
        for name, values in (("group", group), ("sender", sender), ("step", step), ("text", text)):
            self._said[name][rows] = values
        self._rows += count

    def listen(self, users: NDArray[np.int32]) -> Heard:
        """Return what these users are told when they listen. Nothing changes."""
        pairs = self.members.items()[0]
        group, user = (pairs >> 32).astype(np.int32), (pairs & np.int64(0xFFFFFFFF)).astype(np.int32)
        asking = np.isin(user, users)
        group, user = group[asking], user[asking]
        order = np.lexsort((group, user))
        heard = np.zeros(len(self), np.bool_)
        heard[group] = True
        rows = self._readable()
        rows = rows[heard[self._said["group"][rows]]]
        rows = rows[np.argsort(self._said["group"][rows], kind="stable")]
        every = np.arange(len(self), dtype=np.int32)
        said = {name: column[rows] for name, column in self._said.items()}
        return Heard(every, self.name.copy(), (user[order], group[order]), **said)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return copies of everything, for a snapshot: the same for every history of the same groups."""
        rows = self._readable()
        said = {f"said_{name}": column[rows] for name, column in self._said.items()}
        return {"key": self.key.copy(), "name": self.name.copy(), "members": self.members.items()[0], **said}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Groups:
        """Rebuild from `to_arrays()`."""
        groups = cls()
        groups.key, groups.name = arrays["key"].astype(np.int64), arrays["name"].astype(np.int32)
        pairs = arrays["members"].astype(np.int64)
        groups.members = PairMap.from_items(pairs, np.full(pairs.shape[0], MEMBER, np.uint8))
        groups.size = np.bincount(pairs >> 32, minlength=len(groups)).astype(np.int32)
        groups._said = {name: arrays[f"said_{name}"].astype(kind) for name, kind in _COLUMNS.items()}
        groups._rows = int(groups._said["group"].shape[0])
        groups._most = 2 * groups._rows + _SPARE
        return groups

    def _readable(self) -> NDArray[np.int64]:
        if not self._rows:  # nothing was said: no kernel is loaded for it
            return np.zeros(0, np.int64)
        keep = np.zeros(self._rows, np.bool_)
        _newest(self._said["group"][: self._rows], KEPT, np.zeros(len(self), np.int32), keep)
        return np.flatnonzero(keep)

    def _forget(self) -> None:
        rows = self._readable()
        for name, column in self._said.items():
            self._said[name] = column[rows]
        self._rows = int(rows.shape[0])
