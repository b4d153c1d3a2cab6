"""create_post."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import outcomes
from simapp.engine.actions._written import write
from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.cascades import plant
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import POST
from simapp.engine.core.world import World


class Here(Action):
    """Write a post of your own. Everyone who follows you may see it."""

    name, code, label, order = "create_post", 1, "Post", 50
    takes, writes = ("text",), True

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        return outcomes(batch, (Outcome.NO_TEXT, batch.text < 0))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        posts = world.posts
        own = np.arange(posts.end, posts.end + len(batch), dtype=np.int64)
        key, rows = write(world, batch, POST, root=own, parent=np.full(len(batch), -1))
        plant(posts, rows)
        return Done(key)
