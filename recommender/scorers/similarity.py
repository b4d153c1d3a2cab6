"""How close a post's text is to what the viewer has reacted to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Board, Turn
from recommender.candidates import Candidates
from recommender.embeddings import interests
from recommender.embeddings.minilm import MiniLM
from recommender.embeddings.quantise import squared_lengths
from recommender.embeddings.store import TextVectors
from recommender.parameters import Parameter
from recommender.parts import DenseScorer, Supplies
from recommender.products import Products
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.world import World

_MANY = 1_000_000  # products from which on int8 tiles or a graphics card are worth their set-up
_DENSE = 0.02  # share of used (viewer, text) pairs from which one matrix product beats single dots


@njit(cache=True, nogil=True)
def _from_products(
    indptr: Any, text: Any, column: Any, products: Any, mine: Any, theirs: Any, out: Any
) -> None:
    for v in range(indptr.shape[0] - 1):
        for j in range(indptr[v], indptr[v + 1]):
            t = text[j]
            length = mine[v] * theirs[t] if t >= 0 else 0.0
            if length == 0.0:
                out[j] = 0.5
            else:
                out[j] = 0.5 + 0.5 * (np.float64(products[v, column[t]]) / np.sqrt(length))


@njit(cache=True, nogil=True)
def _from_dots(
    viewers: Any, indptr: Any, text: Any, interest: Any, vectors: Any, mine: Any, theirs: Any, out: Any
) -> None:
    for v in range(viewers.shape[0]):
        a = interest[viewers[v]]
        for j in range(indptr[v], indptr[v + 1]):
            t = text[j]
            length = mine[v] * theirs[t] if t >= 0 else 0.0
            if length == 0.0:
                out[j] = 0.5
                continue
            b = vectors[t]
            dot = np.int32(0)
            for i in range(b.shape[0]):
                dot += np.int32(a[i]) * np.int32(b[i])
            out[j] = 0.5 + 0.5 * (np.float64(dot) / np.sqrt(length))


def _products(left: NDArray[np.int8], right: NDArray[np.int8], device: str | None) -> NDArray[Any]:
    # Whole numbers either way; for few of them loading torch would cost more than it saves.
    if left.shape[0] * right.shape[0] < _MANY:
        return np.asarray(left.astype(np.float32) @ right.astype(np.float32).T)
    made = Products(right, device)
    return made.of(left, made.room(left.shape[0]))


class Here(DenseScorer):
    """S = (1 + cosine(interest, text)) / 2, in [0, 1]; 0.5 where either is unknown.

    OASIS multiplies by the bare cosine, which turns the order round where it is negative and leaves
    nothing of recency and fame where it is 0, as it is for a user without any interests yet.
    """

    offset, gain = 0.5, 0.5
    keeps = "interests"
    name = "similarity"
    label = "Similarity"
    help = "Closeness of the text to what the viewer reacted to: 0 opposite, 0.5 unknown, 1 the same."
    parameters = (
        Parameter(
            "learning", "Learning rate", "How far an interest moves towards each text reacted to.",
            default=0.1, low=0, high=1,
        ),
    )  # fmt: skip

    def __init__(self, supplies: Supplies, params: Mapping[str, float]) -> None:
        super().__init__(supplies, params)
        self.texts = TextVectors(supplies.encoder or MiniLM(), supplies.cache)

    @property
    def encoder(self) -> str | None:
        return self.texts.encoder.fingerprint

    def prepare(self, world: World, board: Board) -> None:
        """Encode texts of posts that can be shown and have not been encoded in this run."""
        interests.encode(world, self.texts, board.text[board.shown])
        board.tables["text_lengths"] = squared_lengths(world.extra[interests.VECTORS])

    def learn(self, world: World, events: EventBatch, shown: FeedBatch) -> None:
        interests.learn(world, events, self.texts, self.supplies.codes, self.params["learning"])

    def left(self, turn: Turn, viewers: NDArray[np.int32]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        interest = turn.world.extra[interests.INTEREST][viewers]
        return interest, squared_lengths(interest)

    def right(self, turn: Turn, rows: NDArray[np.int32]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        text = turn.board.text[rows]
        known = text >= 0
        vectors = turn.world.extra[interests.VECTORS][np.where(known, text, 0)]
        vectors[~known] = 0
        return vectors, squared_lengths(vectors)

    def of_pairs(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        vectors, interest = turn.world.extra[interests.VECTORS], turn.world.extra[interests.INTEREST]
        viewers, theirs = candidates.viewers, turn.board.tables["text_lengths"]
        text = turn.board.text[candidates.rows]
        mine = squared_lengths(interest[viewers])
        out = np.empty(len(candidates))
        used = np.zeros(vectors.shape[0], np.bool_)
        used[text[text >= 0]] = True
        columns = np.flatnonzero(used)
        # Both ways give the same whole numbers, so which of them is taken cannot show.
        if len(candidates) > _DENSE * viewers.shape[0] * columns.shape[0]:
            column = np.zeros(vectors.shape[0], np.int32)
            column[columns] = np.arange(columns.shape[0])
            products = _products(interest[viewers], vectors[columns], self.supplies.device)
            _from_products(candidates.indptr, text, column, products, mine, theirs, out)
        else:
            _from_dots(viewers, candidates.indptr, text, interest, vectors, mine, theirs, out)
        candidates.tables["similarity"] = out
        return out
