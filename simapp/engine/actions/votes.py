"""Likes and dislikes: one rule, two directions, for posts and for comments."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import comment_rows, first_of, original_rows, outcomes, target_rows
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class _OnOne(Action):
    """A vote on a post or a comment. On a repost it counts for the original; on a quote, for the quote."""

    bit: ClassVar[int]
    counter: ClassVar[str]
    takes = ("post",)

    def _rows(self, world: World, batch: ActionBatch) -> tuple[NDArray[np.int64], Outcome]:
        """Return the row that each vote counts for int64[A], -1 for none, and how a missing one is refused."""
        if "comment" in self.takes:
            return comment_rows(world, batch), Outcome.UNKNOWN_COMMENT
        return original_rows(world, target_rows(world, batch)), Outcome.UNKNOWN_POST


class Vote(_OnOne):
    """Casts a vote."""

    opposite: ClassVar[int]

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        rows, unknown = self._rows(world, batch)
        pairs = ids.pair(batch.actor, np.maximum(rows, 0) + world.posts.base)
        held = world.reactions.get(pairs)
        known = rows >= 0
        own = np.zeros(len(batch), np.bool_)
        if not world.rules.allow_self_rating:
            own[known] = world.posts.author[rows[known]] == batch.actor[known]
        crossed = (held & np.uint8(self.opposite)) != 0 if world.rules.exclusive_votes else np.zeros_like(own)
        again = (held & np.uint8(self.bit)) != 0
        fresh = first_of(np.where(known & ~own & ~again & ~crossed, pairs, -1 - np.arange(len(batch))))
        return outcomes(
            batch,
            (unknown, ~known),
            (Outcome.OWN_POST, own),
            (Outcome.DUPLICATE, again | ~fresh),
            (Outcome.OPPOSITE_VOTE, crossed),
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        rows, _ = self._rows(world, batch)
        world.reactions.set(ids.pair(batch.actor, rows + world.posts.base), self.bit)
        np.add.at(getattr(world.posts, self.counter), rows, 1)
        return Done(world.posts.key[rows])


class Unvote(_OnOne):
    """Takes a vote back."""

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        rows, unknown = self._rows(world, batch)
        known = rows >= 0
        pairs = ids.pair(batch.actor, np.maximum(rows, 0) + world.posts.base)
        held = world.reactions.has(pairs, self.bit) & known
        fresh = first_of(np.where(held, pairs, -1 - np.arange(len(batch))))
        return outcomes(batch, (unknown, ~known), (Outcome.NOTHING_TO_UNDO, ~held | ~fresh))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        rows, _ = self._rows(world, batch)
        world.reactions.clear(ids.pair(batch.actor, rows + world.posts.base), self.bit)
        np.subtract.at(getattr(world.posts, self.counter), rows, 1)
        return Done(world.posts.key[rows])
