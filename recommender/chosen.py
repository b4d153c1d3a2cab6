"""What the re-rankers that read texts have in common: each list is chosen anew by what texts add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from recommender import diversity
from recommender.board import Board, Turn
from recommender.embeddings import interests
from recommender.embeddings.minilm import MiniLM
from recommender.embeddings.quantise import squared_lengths
from recommender.embeddings.store import TextVectors
from recommender.parts import Reranker, Supplies
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.world import World


class Chosen(Reranker):
    """Chooses the feed from the first `most` posts of a list; the score becomes what a post added when it was chosen.

    Its first parameter says what relevance weighs. Relevance is the score, moved to [0, 1] within the list.
    """

    most: ClassVar[int] = 1020
    by_dpp: ClassVar[bool] = False

    def __init__(self, supplies: Supplies, params: Mapping[str, float]) -> None:
        super().__init__(supplies, params)
        self.texts = TextVectors(supplies.encoder or MiniLM(), supplies.cache)

    @property
    def encoder(self) -> str | None:
        return self.texts.encoder.fingerprint

    def prepare(self, world: World, board: Board) -> None:
        """Encode texts of posts that can be shown and have not been encoded in this run."""
        interests.encode(world, self.texts, board.text[board.shown])
        if "text_lengths" not in board.tables:
            board.tables["text_lengths"] = squared_lengths(world.extra[interests.VECTORS])

    def rerank(self, turn: Turn, feed: FeedBatch) -> FeedBatch:
        out = FeedBatch.empty(len(feed), feed.posts.shape[1])
        out.viewers[:] = feed.viewers
        rows = turn.world.posts.row(feed.posts.ravel())
        text = np.where(rows >= 0, turn.board.text[np.maximum(rows, 0)], -1).reshape(feed.posts.shape)
        diversity.choose_all(
            feed.posts, feed.scores, feed.sources, text, turn.world.extra[interests.VECTORS],
            turn.board.tables["text_lengths"], self.most, turn.k, self.by_dpp, self.params[self.parameters[0].name],
            out.posts, out.scores, out.sources,
        )  # fmt: skip
        return out
