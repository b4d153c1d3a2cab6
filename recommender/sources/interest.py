"""The posts whose texts are closest to a viewer's interest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.board import Board, Turn
from recommender.candidates import Listed
from recommender.moments import newness
from recommender.parameters import Parameter
from recommender.parts import Source, Supplies
from recommender.products import Products
from recommender.scorers.similarity import Here as Similarity
from recommender.select import top_rows
from recommender.shortlist import HOUSE, Shortlist
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.world import World


class Here(Source):
    """For each viewer the `near` closest, by cosine of text and interest, of the platform's `pool` newest posts.

    Own, seen and muted posts take none of these places. Where an interest is not known, closeness says nothing
    and a draw of viewer and post decides.
    """

    name = "interest"
    label = "Interest"
    help = "The posts whose texts are closest to what the viewer reacted to before."
    keeps = Similarity.keeps
    parameters = (
        Parameter(
            "near", "Posts per viewer", "How many of the closest posts are considered.",
            default=50, low=1, high=500, whole=True,
        ),
        Parameter(
            "pool", "Size of the pool", "How many of the platform's newest posts are compared.",
            default=4000, low=10, high=20_000, whole=True,
        ),
        *Similarity.parameters,
    )  # fmt: skip

    def __init__(self, supplies: Supplies, params: Mapping[str, float]) -> None:
        super().__init__(supplies, params)
        self._similarity = Similarity(supplies, {"learning": self.params["learning"]})

    @property
    def encoder(self) -> str | None:
        return self._similarity.encoder

    def prepare(self, world: World, board: Board) -> None:
        self._similarity.prepare(world, board)

    def learn(self, world: World, events: EventBatch, shown: FeedBatch) -> None:
        self._similarity.learn(world, events, shown)

    def begin(self, turn: Turn) -> None:
        rows = turn.board.originals()
        pool = top_rows(rows, newness(turn)[rows], turn.draws, int(self.params["pool"]))
        right, theirs = self._similarity.right(turn, pool)
        # Closeness alone: what the pipeline's scorers say of a post comes later.
        alone = replace(turn, post_score=np.zeros(len(turn.world.posts)))
        products = Products(right, self.supplies.device)
        turn.tables["nearest"] = Shortlist(alone, self._similarity, pool, products, theirs, 1.0, False, True, HOUSE)

    def gather(self, turn: Turn, viewers: NDArray[np.int32]) -> Listed:
        nearest: Shortlist = turn.tables["nearest"]
        return nearest.best(viewers, int(self.params["near"]), np.full(viewers.shape[0], -np.inf))

    def width(self, turn: Turn) -> float:
        return self.params["near"]
