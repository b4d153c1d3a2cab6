"""What the people a viewer follows wrote and reposted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Board, Turn
from recommender.candidates import Listed
from recommender.parameters import Parameter
from recommender.parts import Source
from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _newest(author: Any, shown: Any, table: Any, held: Any) -> None:
    # Rows are in order of writing, so walking backwards meets each author's newest first.
    for r in range(author.shape[0] - 1, -1, -1):
        a = author[r]
        if shown[r] and a < table.shape[0] and held[a] < table.shape[1]:
            table[a, held[a]] = r
            held[a] += 1


@njit(cache=True, nogil=True)
def _count(viewers: Any, follows: Any, followees: Any, held: Any, indptr: Any) -> None:
    for v in range(viewers.shape[0]):
        n = np.int64(0)
        for e in range(follows[viewers[v]], follows[viewers[v] + 1]):
            n += held[followees[e]]
        indptr[v + 1] = indptr[v] + n


@njit(cache=True, nogil=True)
def _gather(viewers: Any, follows: Any, followees: Any, table: Any, held: Any, rows: Any) -> None:
    w = 0
    for v in range(viewers.shape[0]):
        for e in range(follows[viewers[v]], follows[viewers[v] + 1]):
            a = followees[e]
            for j in range(held[a]):
                rows[w] = table[a, j]
                w += 1


class Here(Source):
    """The newest posts and reposts of each followee."""

    by_author = True
    name = "followed"
    label = "Followed"
    help = "The newest posts and reposts of the people whom the viewer follows."
    parameters = (
        Parameter(
            "per_author", "Posts per followee", "How many of each followee's newest posts are considered.",
            default=3, low=1, high=50, whole=True,
        ),
    )  # fmt: skip

    def prepare(self, world: World, board: Board) -> None:
        """List each user's newest shown rows: table int32[N, per_author], held uint8[N]."""
        users = len(world.users)
        table = np.full((users, int(self.params["per_author"])), -1, np.int32)
        held = np.zeros(users, np.uint8)
        _newest(board.author, board.shown, table, held)
        board.tables["followed"] = (table, held)

    def authors(self, turn: Turn) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        table, held = turn.board.tables["followed"]
        return table, held

    def gather(self, turn: Turn, viewers: NDArray[np.int32]) -> Listed:
        table, held = turn.board.tables["followed"]
        follows = turn.world.follows
        indptr = np.zeros(viewers.shape[0] + 1, np.int64)
        _count(viewers, follows.indptr, follows.followees, held, indptr)
        rows = np.empty(indptr[-1], np.int32)
        _gather(viewers, follows.indptr, follows.followees, table, held, rows)
        return Listed(indptr, rows)

    def width(self, turn: Turn) -> float:
        follows = turn.world.follows
        return self.params["per_author"] * len(follows) / max(1, follows.users)
