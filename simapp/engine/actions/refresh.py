"""refresh."""

from __future__ import annotations

from simapp.engine.actions._found import feeds
from simapp.engine.actions._reading import Reading
from simapp.engine.actions.base import Answer
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


class Here(Reading):
    """Refresh your feed: see what the platform would show you now, best first.

    Posts that you have seen, your own, and those of users whom you muted are left out.
    """

    # Not an impression: what a refresh shows is not remembered as seen, for an answer changes nothing.

    name, code, label = "refresh", 21, "Refresh the feed"
    reads = "posts"

    def find(self, world: World, batch: ActionBatch, most: int) -> Answer:
        return feeds(world, batch)
