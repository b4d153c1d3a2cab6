"""When within its step a post was written.

The world's clock ticks in steps. Sorting one step's posts by author or by row would favour the same
users for ever, so each post gets a moment within its step, drawn by its identity: the same in every
step, batch and arm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn


def newness(turn: Turn) -> NDArray[np.float64]:
    """Return float64[H]: minus each row's age in steps; below 0 for what was written before this step."""
    known: NDArray[np.float64] | None = turn.tables.get("newness")
    if known is None:
        posts = turn.world.posts
        moment = turn.streams.uniform("feed/moment", item=posts.key)
        known = posts.step.astype(np.float64) - turn.world.step + moment
        turn.tables["newness"] = known
    return known
