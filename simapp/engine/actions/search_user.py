"""search_user."""

from __future__ import annotations

from simapp.engine.actions._found import users_called
from simapp.engine.actions._reading import Reading
from simapp.engine.actions.base import Answer
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


class Here(Reading):
    """Search for users by handle, name, words of their profile, or number.

    You get up to 20 users, exact matches first, then the most followed, and nobody whom you muted.
    """

    name, code, label = "search_user", 19, "Search users"
    takes, reads = ("text",), "users"

    def find(self, world: World, batch: ActionBatch, most: int) -> Answer:
        return users_called(world, batch, most)
