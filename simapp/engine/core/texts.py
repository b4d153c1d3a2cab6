"""Distinct texts of a run, each held once and referred to by id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.textindex import TextIndex


def text_hash(text: str) -> int:
    """Return the 64-bit BLAKE2b hash that names a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class Texts:
    """A growing list of distinct texts; the first `pool` ids belong to the scenario's grammar."""

    def __init__(self, pool: Iterable[str] = ()) -> None:
        self._texts: list[str] = []
        self._ids: dict[str, int] = {}
        self._hashes: list[int] = []
        self._hash_array: NDArray[np.uint64] = np.zeros(0, np.uint64)
        for text in pool:
            self.add(text)
        self.pool = len(self._texts)
        self.written: NDArray[np.bool_] = np.zeros(max(16, len(self._texts)), np.bool_)
        self._index = TextIndex()

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, text_id: int) -> str:
        return self._texts[text_id]

    def add(self, text: str) -> int:
        """Return the id of `text`, adding it if it is new."""
        known = self._ids.get(text)
        if known is None:
            known = self._ids[text] = len(self._texts)
            self._texts.append(text)
            self._hashes.append(text_hash(text))
        return known

    def holding(self, needle: str) -> NDArray[np.int64]:
        """Return the ids int64[H], ascending, of the texts in which `needle` occurs, letter case aside."""
        self._index.add(self._texts[len(self._index) :])
        return self._index.holding(needle)

    @property
    def hashes(self) -> NDArray[np.uint64]:
        """Return uint64[len]: the hash of each text, which names it outside this run."""
        if self._hash_array.shape[0] != len(self._hashes):
            self._hash_array = np.array(self._hashes, np.uint64)
        return self._hash_array

    def first_used(self, used: NDArray[np.int32]) -> NDArray[np.int32]:
        """Mark ids as written and return, ascending, those that were not before (-1 is ignored)."""
        if self.written.shape[0] < len(self._texts):
            grown = np.zeros(len(self._texts) * 2, np.bool_)
            grown[: self.written.shape[0]] = self.written
            self.written = grown
        distinct = np.unique(used[used >= 0])
        fresh = distinct[~self.written[distinct]]
        self.written[fresh] = True
        return fresh.astype(np.int32)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the texts as one UTF-8 buffer with offsets, for a snapshot."""
        encoded = [t.encode() for t in self._texts]
        offsets = np.concatenate([[0], np.cumsum([len(e) for e in encoded])]).astype(np.int64)
        buffer = np.frombuffer(b"".join(encoded), np.uint8).copy()
        written = self.written[: len(self._texts)].copy()
        return {"buffer": buffer, "offsets": offsets, "written": written, "pool": np.array([self.pool])}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[np.generic]]) -> Texts:
        """Rebuild from `to_arrays()`."""
        data, offsets = arrays["buffer"].tobytes(), arrays["offsets"]
        texts = cls(data[offsets[i] : offsets[i + 1]].decode() for i in range(offsets.shape[0] - 1))
        texts.pool = int(arrays["pool"][0])
        held = arrays["written"].astype(np.bool_)
        texts.written[: held.shape[0]] = held
        return texts
