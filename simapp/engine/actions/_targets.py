"""Finding what a request points at; shared by the actions that name a post or a user."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import COMMENT
from simapp.engine.core.world import World


def target_rows(world: World, batch: ActionBatch) -> NDArray[np.int64]:
    """Return the row of each request's target post int64[A]; -1 when it cannot be acted on.

    Comments are not targets: they are flat, and have votes of their own.
    """
    rows = held_rows(world, batch)
    return np.where((rows >= 0) & world.hidden(rows), -1, rows) if len(world.posts) else rows


def held_rows(world: World, batch: ActionBatch) -> NDArray[np.int64]:
    """Return the row of each request's target post int64[A], also of hidden ones; -1 for none or a comment."""
    rows = world.posts.row(batch.post)
    return np.where(world.posts.kind[rows] == COMMENT, -1, rows) if len(world.posts) else rows


def comment_rows(world: World, batch: ActionBatch) -> NDArray[np.int64]:
    """Return the row of the comment that each request's `post` names int64[A]; -1 when there is none to act on.

    With a hidden post its comments are hidden too.
    """
    posts = world.posts
    rows = posts.row(batch.post)
    if not len(posts):
        return rows
    above = posts.row(posts.root[rows])
    gone = (posts.kind[rows] != COMMENT) | world.hidden(rows) | ((above >= 0) & world.hidden(above))
    return np.where(gone, -1, rows)


def original_rows(world: World, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Resolve reposts to the post that they share (its row, -1 when it has left the window)."""
    out = world.posts.originals(rows)
    if len(world.posts):
        out[(out >= 0) & world.hidden(out)] = -1
    return out


def first_of(pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return bool[A]: whether each packed pair is the first of its kind in the batch."""
    first = np.zeros(pairs.shape[0], np.bool_)
    first[np.unique(pairs, return_index=True)[1]] = True
    return first


def outcomes(batch: ActionBatch, *rules: tuple[Outcome, NDArray[np.bool_]]) -> NDArray[np.uint8]:
    """Return the first outcome whose condition holds, per request (earlier rules win; else DONE)."""
    codes = np.zeros(len(batch), np.uint8)
    for outcome, where in reversed(rules):
        codes[where] = np.uint8(outcome)
    return codes


def known_users(world: World, batch: ActionBatch) -> NDArray[np.bool_]:
    """Return bool[A]: whether the target user exists."""
    return (batch.user >= 0) & (batch.user < len(world.users))
