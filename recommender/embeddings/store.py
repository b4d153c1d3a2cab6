"""Encoded texts on disk, shared between runs: a text is encoded once, ever.

A store is a folder per encoder fingerprint with shard files of fixed-length records
`key (16 bytes) | vector (D bytes) | check (8 bytes)`. Shards are written under a temporary name, named
by their content and never changed, so writers need no lock. A record whose check fails is as if it
were not there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.parts import Encoder

_KEY, _CHECK = 16, 8
_MANY_SHARDS = 32
DEFAULT_CAP = 200_000


def text_key(text: str) -> bytes:
    """Return the 16 bytes that a text is kept under."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()


def _check(key: bytes, vector: bytes) -> bytes:
    return hashlib.blake2b(key + vector, digest_size=_CHECK).digest()


class TextVectors:
    """Encodes through a disk cache. folder None: no cache. cap: most records kept on disk."""

    def __init__(self, encoder: Encoder, folder: Path | None = None, *, cap: int = DEFAULT_CAP) -> None:
        self.encoder = encoder
        self._cap = cap
        self._known: dict[bytes, bytes] = {}
        self._folder: Path | None = None
        if folder is not None:
            name = hashlib.blake2b(encoder.fingerprint.encode(), digest_size=8).hexdigest()
            self._folder = folder / name
            self._load()

    def __len__(self) -> int:
        """Number of vectors known from disk or kept there."""
        return len(self._known)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """Return int8[len(texts), D], encoding (once) only what is not known."""
        keys = [text_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        fresh: dict[bytes, bytes] = {}
        if missing:
            made = self.encoder.encode(list(missing.values()))
            fresh = {key: made[i].tobytes() for i, key in enumerate(missing)}
            self._keep(fresh)
        found = b"".join(fresh.get(key) or self._known[key] for key in keys)
        return np.frombuffer(found, np.int8).reshape(len(texts), self.encoder.dimensions).copy()

    def _keep(self, fresh: dict[bytes, bytes]) -> None:
        if self._folder is None:
            return
        room = max(0, self._cap - len(self._known))
        kept = dict(list(fresh.items())[:room])
        if not kept:
            return
        self._known |= kept
        try:
            self._write(self._folder, kept)
            self._merge_shards(self._folder)
        except OSError:
            # A cache that cannot be written costs time, never a run.
            return

    def _write(self, folder: Path, records: dict[bytes, bytes]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        data = b"".join(k + v + _check(k, v) for k, v in records.items())
        path = folder / f"{hashlib.blake2b(data, digest_size=16).hexdigest()}.vectors"
        draft = path.with_suffix(f".{os.getpid()}.draft")
        try:
            draft.write_bytes(data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return path

    def _shards(self) -> list[Path]:
        return sorted(self._folder.glob("*.vectors")) if self._folder and self._folder.is_dir() else []

    def _load(self) -> None:
        for shard in self._shards():
            try:
                data = shard.read_bytes()
            except OSError:  # merged away by another process since the folder was listed
                continue
            self._known |= self._records(data)

    def _records(self, data: bytes) -> dict[bytes, bytes]:
        width = self.encoder.dimensions
        size = _KEY + width + _CHECK
        good = {}
        for lo in range(0, len(data) - size + 1, size):
            key, vector = data[lo : lo + _KEY], data[lo + _KEY : lo + _KEY + width]
            if data[lo + _KEY + width : lo + size] == _check(key, vector):
                good[key] = vector
        return good

    def _merge_shards(self, folder: Path) -> None:
        old = self._shards()
        if len(old) < _MANY_SHARDS:
            return
        # What other processes wrote in the meantime is taken along; the cap holds for the merged file.
        self._load()
        merged = self._write(folder, dict(list(self._known.items())[: self._cap]))
        for shard in old:
            if shard != merged:
                shard.unlink(missing_ok=True)
