"""Which of many texts hold another: one pass over all of them as a single run of bytes.

Letter case does not count (Unicode case folding). UTF-8 lets bytes be compared: the beginning of one
character is never found inside another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def _holding(data: Any, ends: Any, needle: Any, out: Any) -> None:
    size = needle.shape[0]
    first = needle[0]
    lo = np.int64(0)
    for i in range(ends.shape[0]):
        last = ends[i] - size
        p = lo
        while p <= last:
            if data[p] == first:
                j = 1
                while j < size and data[p + j] == needle[j]:
                    j += 1
                if j == size:
                    out[i] = True
                    break
            p += 1
        lo = ends[i]


class TextIndex:
    """A growing list of texts, numbered 0, 1, 2 ... in the order in which they were added."""

    def __init__(self) -> None:
        self._data = np.zeros(0, np.uint8)
        self._ends = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return int(self._ends.shape[0])

    def add(self, texts: Iterable[str]) -> None:
        """Append texts."""
        folded = [text.casefold().encode() for text in texts]
        if not folded:
            return
        end = self._data.shape[0]
        self._data = np.concatenate([self._data, np.frombuffer(b"".join(folded), np.uint8)])
        self._ends = np.concatenate([self._ends, end + np.cumsum([len(text) for text in folded])])

    def holding(self, needle: str) -> NDArray[np.int64]:
        """Return the numbers int64[H], ascending, of the texts that hold `needle`; none holds an empty one."""
        wanted = np.frombuffer(needle.casefold().encode(), np.uint8)
        out = np.zeros(len(self), np.bool_)
        if wanted.shape[0]:
            _holding(self._data, self._ends, wanted, out)
        return np.flatnonzero(out)
