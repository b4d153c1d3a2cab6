"""Likes and dislikes: one rule, two directions."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import first_of, original_rows, outcomes, target_rows
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Vote(Action):
    """A vote on a post. A vote on a repost counts for the original; on a quote, for the quote."""

    bit: ClassVar[int]
    opposite: ClassVar[int]
    counter: ClassVar[str]
    takes = ("post",)

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        rows = original_rows(world, target_rows(world, batch))
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
            (Outcome.UNKNOWN_POST, ~known),
            (Outcome.OWN_POST, own),
            (Outcome.DUPLICATE, again | ~fresh),
            (Outcome.OPPOSITE_VOTE, crossed),
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        rows = original_rows(world, target_rows(world, batch))
        world.reactions.set(ids.pair(batch.actor, rows + world.posts.base), self.bit)
        np.add.at(getattr(world.posts, self.counter), rows, 1)
        return Done(world.posts.key[rows])


class Unvote(Action):
    """Takes a vote back."""

    bit: ClassVar[int]
    counter: ClassVar[str]
    takes = ("post",)

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        rows = original_rows(world, target_rows(world, batch))
        known = rows >= 0
        pairs = ids.pair(batch.actor, np.maximum(rows, 0) + world.posts.base)
        held = world.reactions.has(pairs, self.bit) & known
        fresh = first_of(np.where(held, pairs, -1 - np.arange(len(batch))))
        return outcomes(batch, (Outcome.UNKNOWN_POST, ~known), (Outcome.NOTHING_TO_UNDO, ~held | ~fresh))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        rows = original_rows(world, target_rows(world, batch))
        world.reactions.clear(ids.pair(batch.actor, rows + world.posts.base), self.bit)
        np.subtract.at(getattr(world.posts, self.counter), rows, 1)
        return Done(world.posts.key[rows])
