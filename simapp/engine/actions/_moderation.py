"""What moderation has in common: marks on a post, words beside it, and accounts that may not act.

Moderation names the very row: taking a repost down leaves its original. It may name posts that are hidden
already, and comments as little as any other action on posts does.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.actions._targets import first_of, held_rows, known_users, outcomes
from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World

ORDER = 2


class Mark(Action):
    """Sets a column of the post to 1, or back to 0."""

    column: ClassVar[str]
    to: ClassVar[int]
    takes, moderates, order = ("post",), True, ORDER

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        rows = held_rows(world, batch)
        known = rows >= 0
        so = np.zeros(len(batch), np.bool_)
        so[known] = getattr(world.posts, self.column)[rows[known]] == self.to
        fresh = first_of(np.where(known & ~so, rows, -1 - np.arange(len(batch))))
        again = Outcome.DUPLICATE if self.to else Outcome.NOTHING_TO_UNDO
        return outcomes(batch, (Outcome.UNKNOWN_POST, ~known), (again, so | ~fresh))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        rows = held_rows(world, batch)
        getattr(world.posts, self.column)[rows] = self.to
        world.changes += 1
        return Done(world.posts.key[rows])


class Word(Action):
    """Puts the request's text into a column of the post; a later one takes its place."""

    column: ClassVar[str]
    takes, moderates, order = ("post", "text"), True, ORDER

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        rows = held_rows(world, batch)
        known, said = rows >= 0, batch.text >= 0
        # What stands on the post when a request is reached: the request's before it on the same post, or what
        # stood there at first. A refused one changes nothing, for it is equal to what stood there.
        able = np.flatnonzero(known & said)
        able = able[np.argsort(rows[able], kind="stable")]
        row, text = rows[able], batch.text[able]
        before = getattr(world.posts, self.column)[row].copy()
        follows = np.flatnonzero(row[1:] == row[:-1]) + 1
        before[follows] = text[follows - 1]
        again = np.zeros(len(batch), np.bool_)
        again[able] = before == text
        return outcomes(
            batch, (Outcome.UNKNOWN_POST, ~known), (Outcome.NO_TEXT, ~said), (Outcome.DUPLICATE, again)
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        rows = held_rows(world, batch)
        # The last of several on one post stays: the first from behind.
        posts, last = np.unique(rows[::-1], return_index=True)
        getattr(world.posts, self.column)[posts] = batch.text[::-1][last]
        return Done(world.posts.key[rows])


@njit(cache=True, nogil=True)
def _judge(
    suspended: Any, actor: Any, user: Any, known: Any, to: Any, again: Any, self_: Any, barred: Any, out: Any
) -> None:
    # One after the other: whom the batch suspends may not suspend anybody further down.
    for a in range(actor.shape[0]):
        mine = 0 <= actor[a] < suspended.shape[0]
        if mine and suspended[actor[a]]:
            out[a] = barred
        elif known[a] and mine and user[a] == actor[a]:
            out[a] = self_
        elif known[a] and suspended[user[a]] == to:
            out[a] = again
        elif known[a]:
            suspended[user[a]] = to


class Account(Action):
    """Suspends an account, or reinstates it."""

    to: ClassVar[int]
    takes, moderates, judges, order = ("user",), True, True, ORDER

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        known = known_users(world, batch)
        codes = np.where(known, 0, int(Outcome.UNKNOWN_USER)).astype(np.uint8)
        again = Outcome.DUPLICATE if self.to else Outcome.NOTHING_TO_UNDO
        suspended = world.users.suspended.copy()
        _judge(
            suspended, batch.actor, batch.user, known, np.uint8(self.to),
            np.uint8(again), np.uint8(Outcome.SELF), np.uint8(Outcome.SUSPENDED), codes,
        )  # fmt: skip
        return codes

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.users.suspended[batch.user] = self.to
        world.changes += 1
        return Done(np.full(len(batch), -1, np.int64))
