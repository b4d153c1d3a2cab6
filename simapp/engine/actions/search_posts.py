"""search_posts."""

from __future__ import annotations

from simapp.engine.actions._found import posts_about
from simapp.engine.actions._reading import Reading
from simapp.engine.actions.base import Answer
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


class Here(Reading):
    """Search for posts: words that they contain, or the number of an author.

    Letter case does not matter. You get up to 20 posts, the most liked first, and none by users whom you muted.
    """

    # A number finds what has that very number. OASIS looks for it inside of numbers: there 1 finds 10 and 21 too.

    name, code, label = "search_posts", 18, "Search posts"
    takes, reads = ("text",), "posts"

    def find(self, world: World, batch: ActionBatch, most: int) -> Answer:
        return posts_about(world, batch, most)
