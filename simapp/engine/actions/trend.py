"""trend."""

from __future__ import annotations

from simapp.engine.actions._found import trending_posts
from simapp.engine.actions._reading import Reading
from simapp.engine.actions.base import Answer
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


class Here(Reading):
    """See the most liked posts of the last seven days.

    You get up to 20, and none by users whom you muted.
    """

    # Of what is in memory: where the platform's hot window is shorter than seven days, of that window.

    name, code, label = "trend", 20, "See what is trending"
    reads = "posts"

    def find(self, world: World, batch: ActionBatch, most: int) -> Answer:
        return trending_posts(world, batch, most)
