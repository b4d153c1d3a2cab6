"""create_comment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import original_rows, outcomes, target_rows
from simapp.engine.actions._written import write
from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import COMMENT
from simapp.engine.core.world import World


class Here(Action):
    """Write a comment under a post. A comment on a repost appears under the original post."""

    name, code, label, order = "create_comment", 2, "Comment", 60
    takes, writes = ("post", "text"), True

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        rows = original_rows(world, target_rows(world, batch))
        return outcomes(batch, (Outcome.UNKNOWN_POST, rows < 0), (Outcome.NO_TEXT, batch.text < 0))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        posts = world.posts
        rows = original_rows(world, target_rows(world, batch))
        np.add.at(posts.comments, rows, 1)
        serial = rows + posts.base
        key, _ = write(world, batch, COMMENT, root=serial, parent=serial, topic=posts.topic[rows])
        return Done(key)
