"""Who reacted to what, in compressed rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Table:
    """Positive reactions of U users to I items: user u reacted to `items[indptr[u]:indptr[u + 1]]`, ascending,
    each once.

    indptr int64[U + 1]; items int32[E].
    """

    indptr: NDArray[np.int64]
    items: NDArray[np.int32]
    count: int

    @classmethod
    def of(cls, users: NDArray[Any], items: NDArray[Any], shape: tuple[int, int]) -> Table:
        """Build from pairs int[E] in any order, with repeats; shape (U, I)."""
        pairs = np.unique(np.asarray(users, np.int64) * shape[1] + np.asarray(items, np.int64))
        rows = pairs // shape[1] if shape[1] else pairs
        indptr = np.zeros(shape[0] + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=shape[0]), out=indptr[1:])
        return cls(indptr, (pairs - rows * shape[1]).astype(np.int32), shape[1])

    @property
    def users(self) -> int:
        """Number of users U."""
        return int(self.indptr.shape[0] - 1)

    def turned(self) -> Table:
        """Return the table with users and items in each other's place."""
        users = np.repeat(np.arange(self.users), np.diff(self.indptr))
        return Table.of(self.items, users, (self.count, self.users))

    def take(self, users: NDArray[Any]) -> Table:
        """Return the rows of some users, in the order given."""
        held = np.diff(self.indptr)[users]
        indptr = np.zeros(users.shape[0] + 1, np.int64)
        np.cumsum(held, out=indptr[1:])
        at = np.repeat(self.indptr[:-1][users] - indptr[:-1], held) + np.arange(indptr[-1])
        return Table(indptr, self.items[at], self.count)
