"""Who liked, reposted or quoted which hot posts: what collaborative rankings learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.collaborative.table import Table
from simapp.engine.core.world import LIKED, QUOTED, REPOSTED


@dataclass(frozen=True)
class Reactions:
    """table: U' users who reacted to anything by I' posts that anybody reacted to; users int32[U'] ascending rows of
    `world.users`; rows int32[I'] ascending rows of `world.posts`; row_of, user_of: the way back, -1 for the others."""

    table: Table
    users: NDArray[np.int32]
    rows: NDArray[np.int32]
    row_of: NDArray[np.int32]
    user_of: NDArray[np.int32]


def reactions(turn: Turn) -> Reactions:
    """Return the reactions of the world; one to a repost is one to what it shows. Worked out once per turn."""
    known: Reactions | None = turn.tables.get("reactions")
    if known is not None:
        return known
    world = turn.world
    pairs, flags = world.reactions.items()
    liked = (flags & (LIKED | REPOSTED | QUOTED)) != 0
    user, row = pairs[liked] >> 32, (pairs[liked] & np.int64(0xFFFFFFFF)) - world.posts.base
    hot = (row >= 0) & (row < len(world.posts))
    user, row = user[hot], turn.board.original[row[hot]].astype(np.int64)
    user, row = user[row >= 0], row[row >= 0]
    users, u = np.unique(user, return_inverse=True)
    rows, i = np.unique(row, return_inverse=True)
    row_of, user_of = np.full(len(world.posts), -1, np.int32), np.full(len(world.users), -1, np.int32)
    row_of[rows], user_of[users] = np.arange(rows.shape[0]), np.arange(users.shape[0])
    table = Table.of(u, i, (users.shape[0], rows.shape[0]))
    turn.tables["reactions"] = made = Reactions(table, users.astype(np.int32), rows.astype(np.int32), row_of, user_of)
    return made
