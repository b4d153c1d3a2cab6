"""What the scorers of predicted engagement have in common: one action each, estimated by `engagement.py`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from recommender import engagement
from recommender.board import Board, Turn
from recommender.candidates import Candidates
from recommender.parts import PairScorer
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.world import World


class Predicted(PairScorer):
    """The probability that a viewer who is shown a post takes `action` on it (or, follow and mute, on its author).

    The viewer's interest counts where `similarity` is declared before it.
    """

    action: ClassVar[str]
    keeps = "engagement"

    def prepare(self, world: World, board: Board) -> None:
        engagement.ensure(world)

    def learn(self, world: World, events: EventBatch, shown: FeedBatch) -> None:
        engagement.learn(world, events, shown, self.supplies.codes)

    def of_pairs(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        board, table = turn.board, f"odds/{self.action}"
        post = turn.tables.get(table)
        if post is None:
            post = turn.tables[table] = engagement.post_odds(turn.world, board, self.action)
        interest = candidates.tables.get("interest_ratio")
        if interest is None:
            similarity = candidates.tables.get("similarity")
            interest = np.ones(len(candidates)) if similarity is None else engagement.interest_ratio(similarity)
            candidates.tables["interest_ratio"] = interest
        out = np.empty(len(candidates))
        viewer = engagement.viewer_ratio(turn.world, candidates.viewers, self.action)
        engagement.fill(candidates.indptr, candidates.rows, viewer, post, interest, out)
        return out
