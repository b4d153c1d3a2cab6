"""Which users and which edges of a large graph are drawn: chosen by number, the same in Python and in SQL.

A user is drawn where a multiplicative hash of its number (Knuth, TAOCP 6.4) falls below a bound. Multiples of an
irrational share spread evenly, so the sample is as good as a systematic one and knows nothing of communities, degrees
or opinions. What is chosen for a smaller bound is chosen for every larger one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_NODES = 100_000  # that are drawn; above, a sample is
MOST_EDGES = 200_000  # that are drawn; a layout is made of all edges between its nodes
_USER = 2_654_435_761
_WORD = 2**32


@dataclass(frozen=True)
class Sample:
    """Users whose hash is below `bound` (of 2**32); `shift` moves the hash, so that seeds choose differently."""

    bound: int = _WORD
    shift: int = 0

    @classmethod
    def of(cls, users: int, seed: int, most: int = MOST_NODES) -> Sample:
        """Return a sample of about `most` of so many users; everybody where they are no more."""
        if users <= most:
            return cls()
        return cls(int(_WORD * most / users), int(seed) % _WORD)

    @property
    def whole(self) -> bool:
        """Whether everybody is drawn."""
        return self.bound >= _WORD

    def users(self, count: int) -> NDArray[np.int32]:
        """Return the drawn ones of users 0 .. count - 1, ascending, int32[n]."""
        numbers = np.arange(count, dtype=np.int64)
        if self.whole:
            return numbers.astype(np.int32)
        return numbers[((numbers * _USER + self.shift) & (_WORD - 1)) < self.bound].astype(np.int32)

    def sql(self, column: str) -> str:
        """Return the SQL condition that the user in a column is drawn."""
        if self.whole:
            return "true"
        return f"(({column}::bigint * {_USER:d} + {self.shift:d}) & {_WORD - 1:d}) < {self.bound:d}"


def edge_bound(edges: int, most: int = MOST_EDGES) -> int:
    """Return the bound for `chosen` by which about `most` of so many edges are drawn."""
    return _WORD if edges <= most else int(_WORD * most / edges)


def chosen(follower: NDArray[np.int32], followee: NDArray[np.int32], bound: int) -> NDArray[np.bool_]:
    """Return which edges are drawn, bool[M]; an edge that appears later is drawn by the same rule."""
    pair = follower.astype(np.uint64) << np.uint64(32) | followee.astype(np.uint64)
    mixed = pair * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray((mixed >> np.uint64(32)) < np.uint64(bound))
