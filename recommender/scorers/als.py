"""Collaborative filtering by factors: what users like who like the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.candidates import Candidates
from recommender.collaborative import als
from recommender.parameters import Parameter
from recommender.parts import DenseScorer
from recommender.reactions import reactions
from recommender.scaled import dots, scaled


class Here(DenseScorer):
    """The product of a viewer's and a post's factors (`collaborative/als.py`), both as int8 with a scale of their own.

    Factors are fitted in every step: by `rounds` rounds over `fit_users` users, drawn by who they are among those who
    reacted to anything; then all users are solved once, and from them all posts. About 1 where a viewer is
    expected to like a post, 0 where nothing is known.
    """

    name = "als"
    label = "Collaborative factors"
    help = "How well a post fits what users like who like the same as the viewer."
    parameters = (
        Parameter("factors", "Factors", "Numbers per user and per post.", default=16, low=2, high=64, whole=True),
        Parameter("rounds", "Rounds", "How often both sides are solved.", default=4, low=1, high=30, whole=True),
        Parameter(
            "fit_users", "Users fitted to", "How many users, drawn by who they are, the first rounds look at.",
            default=4000, low=10, high=1e6, whole=True,
        ),
    )  # fmt: skip

    def begin(self, turn: Turn) -> None:
        held, size = reactions(turn), int(self.params["factors"])
        keys = turn.world.posts.key[held.rows]
        start = 0.1 * turn.streams.normal("feed/als", user=np.arange(size)[None, :], item=keys[:, None])
        draws = turn.streams.bits("feed/als/sample", user=held.users)
        fitted = held.table.take(np.sort(np.argsort(draws)[: int(self.params["fit_users"])]))
        _, items = als.fit(fitted, start, rounds=int(self.params["rounds"]))
        users = als.half_step(held.table, items)
        items = als.half_step(held.table.turned(), users)
        left = np.zeros((len(turn.world.users), size))
        right = np.zeros((len(turn.world.posts), size))
        left[held.users], right[held.rows] = als.half_step(held.table, items), items
        right = right[np.maximum(turn.board.original, 0)]
        turn.tables["als"] = (*scaled(left), *scaled(right))
        turn.tables["als/reach"] = size * float(np.abs(left).max(initial=0.0)) * float(np.abs(right).max(initial=0.0))

    def left(self, turn: Turn, viewers: NDArray[np.int32]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        vectors, lengths, _, _ = turn.tables["als"]
        return vectors[viewers], lengths[viewers]

    def right(self, turn: Turn, rows: NDArray[np.int32]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        _, _, vectors, lengths = turn.tables["als"]
        return vectors[rows], lengths[rows]

    def reach(self, turn: Turn) -> float:
        return float(turn.tables["als/reach"])

    def of_pairs(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        out = np.empty(len(candidates))
        dots(candidates.viewers, candidates.indptr, candidates.rows, *turn.tables["als"], out)
        return out
