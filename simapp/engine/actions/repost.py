"""repost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import first_of, original_rows, outcomes, target_rows
from simapp.engine.actions._written import write
from simapp.engine.actions.base import Action, Done
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.cascades import attach
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import REPOST
from simapp.engine.core.world import REPOSTED, World


class Here(Action):
    """Share a post with everyone who follows you, without adding words. You can share a post once."""

    name, code, label, order = "repost", 7, "Repost", 40
    takes, writes = ("post",), True

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        targets = target_rows(world, batch)
        rows = original_rows(world, targets)
        known = (rows >= 0) & (world.posts.row(_roots(world, targets)) >= 0)
        pairs = ids.pair(batch.actor, np.maximum(rows, 0) + world.posts.base)
        again = world.reactions.has(pairs, REPOSTED)
        fresh = first_of(np.where(known & ~again, pairs, -1 - np.arange(len(batch))))
        return outcomes(batch, (Outcome.UNKNOWN_POST, ~known), (Outcome.DUPLICATE, again | ~fresh))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        posts = world.posts
        rows = original_rows(world, target_rows(world, batch))
        world.reactions.set(ids.pair(batch.actor, rows + posts.base), REPOSTED)
        np.add.at(posts.shares, rows, 1)
        shared = {name: getattr(posts, name)[rows] for name in ("topic", "stance", "opinion", "appeal")}
        none = np.full(len(batch), -1)
        key, new = write(world, batch, REPOST, root=posts.root[rows], parent=batch.post, text=none, **shared)
        attach(posts, new)
        return Done(key)


def _roots(world: World, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(world.posts):
        return rows
    return np.where(rows >= 0, world.posts.root[rows], -1)
