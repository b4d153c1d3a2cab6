"""The posts that can still be shown: a window of columns over an ever-growing series of posts.

Every post of a run has a `serial` (0, 1, 2 ... in the order in which the run wrote them), which is
what the world refers to; its `key` (see `ids.post_key`) is what it is called outside. Row r of
every column belongs to serial `base + r`. Posts that left the hot window are dropped from the
front, so memory stays flat however long a run lasts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

POST, REPOST, QUOTE, COMMENT = 0, 1, 2, 3
KINDS = ("post", "repost", "quote", "comment")

_COLUMNS: dict[str, type[np.generic]] = {
    "key": np.int64,
    "author": np.int32,
    "step": np.int32,
    "kind": np.uint8,
    "root": np.int64,
    "parent": np.int64,
    "topic": np.int16,
    "stance": np.float32,
    "opinion": np.float32,
    "appeal": np.float32,
    "text": np.int32,
    "arm": np.int8,
    "removed": np.uint8,
    "demoted": np.uint8,
    "reports": np.int32,
    "label": np.int32,
    "note": np.int32,
    "likes": np.int32,
    "dislikes": np.int32,
    "shares": np.int32,
    "comments": np.int32,
    "depth": np.int16,
    "below": np.int32,
    "size": np.int32,
    "depth_sum": np.int64,
    "wiener": np.int64,
    "max_depth": np.int16,
}
# What a column holds where nothing is given; 0 in every other.
_ABSENT = {"label": -1, "note": -1}


@njit(cache=True, nogil=True)
def _rows(serials: Any, base: Any, rows: Any, out: Any) -> None:
    for i in range(serials.shape[0]):
        row = serials[i] - base
        out[i] = row if serials[i] >= 0 and 0 <= row < rows else -1


@njit(cache=True, nogil=True)
def _keys(serials: Any, base: Any, key: Any, out: Any) -> None:
    for i in range(serials.shape[0]):
        row = serials[i] - base
        out[i] = key[row] if serials[i] >= 0 and 0 <= row < key.shape[0] else -1


@njit(cache=True, nogil=True)
def _originals(rows: Any, kind: Any, parent: Any, base: Any, out: Any) -> None:
    for i in range(rows.shape[0]):
        row = rows[i]
        while row >= 0 and kind[row] == REPOST:
            row = parent[row] - base
        out[i] = row if row >= 0 else -1


class Posts:
    """Columns over the hot posts; each attribute below is an array with one row per hot post.

    key int64 identity; author int32 (ids.SYSTEM for none); step int32 of writing; kind uint8 (KINDS);
    root int64 serial of the cascade's first post (a post's own serial; a comment's: the post under
    which it stands); parent int64 serial of what was reposted, quoted or commented on, -1 for a post;
    topic int16, -1 unknown; stance float32 in [-1, 1] as shown; opinion float32 of the author on
    the topic in native units; appeal float32 >= 0 (probability scale of a repost); text int32 id;
    arm int8: first-vote treatment (0 none, 1 up, -1 down); removed, demoted uint8 (1: taken down; 1: out of
    what strangers are shown); label, note int32 ids of the texts that the platform shows with and below
    the post, -1 none; likes, dislikes, shares, comments int32 counters (on the original: a repost's are
    not counted apart); reports int32 (of this very row).
    Cascade columns: depth int16 (edges from the root), below int32 (subtree size, itself included);
    and on roots only: size int32 (distinct sharers and author), depth_sum int64, wiener int64 (sum
    of distances over unordered pairs), max_depth int16.
    """

    key: NDArray[np.int64]
    author: NDArray[np.int32]
    step: NDArray[np.int32]
    kind: NDArray[np.uint8]
    root: NDArray[np.int64]
    parent: NDArray[np.int64]
    topic: NDArray[np.int16]
    stance: NDArray[np.float32]
    opinion: NDArray[np.float32]
    appeal: NDArray[np.float32]
    text: NDArray[np.int32]
    arm: NDArray[np.int8]
    removed: NDArray[np.uint8]
    demoted: NDArray[np.uint8]
    reports: NDArray[np.int32]
    label: NDArray[np.int32]
    note: NDArray[np.int32]
    likes: NDArray[np.int32]
    dislikes: NDArray[np.int32]
    shares: NDArray[np.int32]
    comments: NDArray[np.int32]
    depth: NDArray[np.int16]
    below: NDArray[np.int32]
    size: NDArray[np.int32]
    depth_sum: NDArray[np.int64]
    wiener: NDArray[np.int64]
    max_depth: NDArray[np.int16]

    def __init__(self, capacity: int = 1024) -> None:
        self.base = 0
        self._rows = 0
        # Of the largest cascade whose root left the window: nodes, users, depth, breadth, Wiener index.
        self.largest_gone: NDArray[np.int64] = np.zeros(5, np.int64)
        self._data = {name: np.zeros(capacity, dtype) for name, dtype in _COLUMNS.items()}
        self._view()

    def __len__(self) -> int:
        """Number of hot posts."""
        return self._rows

    @property
    def end(self) -> int:
        """The serial that the next post will get."""
        return self.base + self._rows

    def append(self, **columns: ArrayLike) -> NDArray[np.int64]:
        """Append A posts given by columns (missing: 0, -1 for ids of texts); return their serials int64[A]."""
        count = np.asarray(columns["key"]).shape[0]
        self._reserve(self._rows + count)
        lo, hi = self._rows, self._rows + count
        for name, data in self._data.items():
            data[lo:hi] = columns.get(name, _ABSENT.get(name, 0))
        self._rows = hi
        self._view()
        return np.arange(self.base + lo, self.base + hi, dtype=np.int64)

    def row(self, serial: ArrayLike) -> NDArray[np.int64]:
        """Return row numbers of serials int64[...]; -1 where the post is not (or no longer) in the window."""
        serials = np.array(serial, np.int64, ndmin=0, copy=None, order="C")
        out = np.empty(serials.shape, np.int64)
        _rows(serials.reshape(-1), self.base, self._rows, out.reshape(-1))
        return out

    def rows_of(self, serials: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return `row` of feeds' serials int64[V, k] in half the room: the window never holds 2**31 posts."""
        out = np.empty(serials.shape, np.int32)
        _rows(np.ascontiguousarray(serials).reshape(-1), self.base, self._rows, out.reshape(-1))
        return out

    def keys_of(self, serial: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the keys int64[A] of serials int64[A]; -1 where the post is not (or no longer) in the window."""
        out = np.empty(serial.shape[0], np.int64)
        _keys(np.ascontiguousarray(serial), self.base, self.key, out)
        return out

    def originals(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Resolve reposts to the post that they share: rows int64[A] in and out; -1 where it has left the window."""
        out = np.full(rows.shape[0], -1, np.int64)
        _originals(rows, self.kind, self.parent, self.base, out)
        return out

    def counted_on(self, first: int) -> NDArray[np.int64]:
        """Return, for each post from serial `first` on, the key int64[P] of the one whose shares or comments it is
        counted among: of a repost or quote the original, of a comment the post above it, of a post none (-1)."""
        new = np.arange(first - self.base, self._rows, dtype=np.int64)
        kind = self.kind[new]
        from_row = np.where(kind == REPOST, new, self.row(np.where(kind == COMMENT, self.root[new], self.parent[new])))
        rows = np.where(kind == POST, -1, self.originals(from_row))
        return np.where(rows >= 0, self.key[rows], -1)

    def evict_before(self, serial: int) -> int:
        """Drop posts with a smaller serial; return how many left."""
        gone = min(max(serial - self.base, 0), self._rows)
        if gone:
            kept = self._rows - gone
            for data in self._data.values():
                data[:kept] = data[gone : self._rows].copy()
            self.base += gone
            self._rows = kept
            self._view()
        return gone

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return copies of all columns and the base."""
        return {name: array.copy() for name, array in self.as_arrays().items()}

    def as_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all columns as they lie in memory, and the base: read them before the next change."""
        base = np.array([self.base], np.int64)
        columns = {name: data[: self._rows] for name, data in self._data.items()}
        return {**columns, "base": base, "largest_gone": self.largest_gone}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[np.generic]]) -> Posts:
        """Rebuild from `to_arrays()`."""
        posts = cls(capacity=max(1024, arrays["key"].shape[0]))
        posts.append(**{name: arrays[name] for name in _COLUMNS})
        posts.base = int(arrays["base"][0])
        posts.largest_gone = arrays["largest_gone"].astype(np.int64)
        return posts

    def __deepcopy__(self, _memo: dict[int, object]) -> Posts:
        # The attributes are views of the columns; copied one by one they would be views of nothing.
        return Posts.from_arrays(self.as_arrays())

    def _reserve(self, rows: int) -> None:
        capacity = self._data["key"].shape[0]
        if rows > capacity:
            capacity = max(rows, capacity + capacity // 2)
            for name, data in self._data.items():
                grown = np.zeros(capacity, data.dtype)
                grown[: self._rows] = data[: self._rows]
                self._data[name] = grown

    def _view(self) -> None:
        for name, data in self._data.items():
            setattr(self, name, data[: self._rows])
