"""Facts: sentences that an intervention or a probe planted in a user's memory, found again by what they are about.

A fact's words lie in memory's own columns, not among the texts of the run: what is forgotten is nowhere.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.cleaning import clean
from agents.memory import state
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.world import World


class Encodes(Protocol):
    """Turns texts into vectors: recommender.embeddings.store.TextVectors, or anything with its `vectors`."""

    def vectors(self, texts: list[str]) -> NDArray[np.int8]:
        """Return int8[len(texts), D]; the vector of a text depends on that text alone."""
        ...


def plant(world: World, user: int, text: str, encoder: Encodes) -> None:
    """Put a fact into a user's memory; the same fact twice is one. Of more than FACTS_EACH, the oldest goes.

    Raises WrongInput for an unknown user, for words of which nothing is left, and when there are MOST_FACTS.
    """
    if not 0 <= user < len(world.users):
        msg = f"memory: {user} is not a user of this run."
        raise WrongInput(msg)
    words = _as_kept(text)
    if not words:
        msg = "memory: a fact needs words."
        raise WrongInput(msg)
    forget(world, user, text)
    extra = world.extra
    mine = of_user(world, user)
    if mine.shape[0] >= state.FACTS_EACH:
        oldest = mine[np.argsort(extra[state.FACT_STEP][mine], kind="stable")[0]]
        _keep(world, np.arange(extra[state.FACT_USER].shape[0]) != oldest)
    if state.FACT_USER in extra and extra[state.FACT_USER].shape[0] >= state.MOST_FACTS:
        msg = f"memory: no more than {state.MOST_FACTS} facts can be planted."
        raise WrongInput(msg)
    vector = encoder.vectors([words])
    fresh: dict[str, NDArray[Any]] = {
        state.FACT_USER: np.array([user], np.int32),
        state.FACT_STEP: np.array([world.step], np.int32),
        state.FACT_TEXT: _bytes(words)[None, :],
        state.FACT_VECTOR: vector,
    }
    at = int(np.searchsorted(extra.get(state.FACT_USER, np.zeros(0, np.int32)), user, side="right"))
    for name, row in fresh.items():
        extra[name] = np.insert(extra[name], at, row[0], axis=0) if name in extra else row


def forget(world: World, user: int, text: str) -> bool:
    """Take a fact out of a user's memory; return whether it was there. No array keeps anything of it."""
    mine = of_user(world, user)
    if not mine.shape[0]:
        return False
    same = mine[(world.extra[state.FACT_TEXT][mine] == _bytes(_as_kept(text))).all(axis=1)]
    if not same.shape[0]:
        return False
    keep = np.ones(world.extra[state.FACT_USER].shape[0], np.bool_)
    keep[same] = False
    _keep(world, keep)
    return True


def of_user(world: World, user: int) -> NDArray[np.int64]:
    """Return the rows int64[A] of a user's facts."""
    held = world.extra.get(state.FACT_USER)
    if held is None:
        return np.zeros(0, np.int64)
    lo, hi = np.searchsorted(held, [user, user + 1])
    return np.arange(lo, hi, dtype=np.int64)


def words_of(world: World, row: int) -> str:
    """Return a fact in words."""
    kept: bytes = world.extra[state.FACT_TEXT][row].tobytes()
    return kept.rstrip(b"\x00").decode()


def nearest(world: World, user: int, query: NDArray[np.int8], k: int, near: float) -> list[int]:
    """Return the rows of the `k` facts of a user whose cosine to any of query int8[Q, D] is highest, at least `near`.

    Best first; of equal ones the newer, then by their words. Exact: products of int8 are whole numbers.
    """
    rows = of_user(world, user)
    if not rows.shape[0] or not query.shape[0]:
        return []
    facts = world.extra[state.FACT_VECTOR][rows].astype(np.float32)
    asked = query.astype(np.float32)
    lengths = np.sqrt((facts.astype(np.float64) ** 2).sum(axis=1))[:, None] * np.sqrt(
        (asked.astype(np.float64) ** 2).sum(axis=1)
    )
    cosine = ((facts @ asked.T).astype(np.float64) / np.maximum(lengths, 1e-9)).max(axis=1)
    found = [
        (-score, -int(world.extra[state.FACT_STEP][row]), world.extra[state.FACT_TEXT][row].tobytes(), row)
        for score, row in zip(cosine.tolist(), rows.tolist(), strict=True)
        if score >= near
    ]
    return [row for *_, row in sorted(found)[:k]]


def _keep(world: World, keep: NDArray[np.bool_]) -> None:
    for name in (state.FACT_USER, state.FACT_STEP, state.FACT_TEXT, state.FACT_VECTOR):
        world.extra[name] = world.extra[name][keep].copy()


def _as_kept(text: str) -> str:
    words = clean(text, state.FACT_BYTES)
    return words.encode()[: state.FACT_BYTES].decode(errors="ignore")


def _bytes(words: str) -> NDArray[np.uint8]:
    out = np.zeros(state.FACT_BYTES, np.uint8)
    data = words.encode()
    out[: len(data)] = np.frombuffer(data, np.uint8)
    return out
