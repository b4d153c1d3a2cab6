"""The event digest: a rolling hash over the canonical log of decisions and events.

No database ids, no wall time, no file hashes: two runs of the same scenario version, seed and input
log have the same digest at every step, whatever machine part, batch size or thread count ran them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.batches import DecisionBatch, EventBatch
from simapp.engine.core.texts import Texts

EMPTY = bytes(32)


def _words(*columns: NDArray[Any]) -> Iterator[bytes | memoryview]:
    # Little-endian, contiguous, length first: the same bytes for the same rows on every platform; and no copies
    # where they lie like that already.
    yield np.int64(columns[0].shape[0]).astype("<i8").tobytes()
    for column in columns:
        held = np.ascontiguousarray(column, column.dtype.newbyteorder("<"))
        if held.size:
            yield held.reshape(-1).view(np.uint8).data


def text_words(texts: Texts, used: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return the hash of each used text uint64[A]; 0 where there is none (-1)."""
    out = np.zeros(used.shape[0], np.uint64)
    held = used >= 0
    out[held] = texts.hashes[used[held]]
    return out


def step_digest(
    previous: bytes,
    step: int,
    decisions: DecisionBatch,
    targets: NDArray[np.int64],
    events: EventBatch,
    texts: Texts,
) -> bytes:
    """Return the 32-byte digest after `step`; `targets` are the keys of the decisions' target posts."""
    a = decisions.actions
    rolling = hashlib.blake2b(previous, digest_size=32)
    rolling.update(step.to_bytes(8, "little"))
    spoken = text_words(texts, a.text)
    chosen = (a.actor, a.code, a.n, targets, a.user, a.topic, a.stance, a.opinion, a.appeal, a.item, a.amount)
    for part in _words(*chosen, spoken, decisions.tier):
        rolling.update(part)
    e = events
    for part in _words(e.actor, e.code, e.outcome, e.n, e.post, e.target, e.user, e.item, e.amount):
        rolling.update(part)
    return rolling.digest()


def columns_digest(*columns: NDArray[Any]) -> bytes:
    """Return a 32-byte hash of equal-length columns (the impressions of a step)."""
    h = hashlib.blake2b(digest_size=32)
    for part in _words(*columns):
        h.update(part)
    return h.digest()
