"""New rules for a world that has a past: what a fork changes about the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.core.world import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.rules import Rules
    from simapp.engine.core.world import World

_SLICE = 16_384  # users whose rings are put in order at once


def adopt_rules(world: World, rules: Rules) -> None:
    """Let the world go on under `rules`. Users remember what they saw last, as far as their memory reaches."""
    if rules.seen_memory != world.users.seen.shape[1]:
        world.users.seen = _resized(world.users.seen, world.users.seen_at, rules.seen_memory)
        # Oldest first, so the slot that is written next is the first.
        world.users.seen_at = np.zeros(len(world.users), np.int32)
    world.rules = rules


def _resized(seen: NDArray[Any], seen_at: NDArray[Any], size: int) -> NDArray[np.uint32]:
    """Return the rings uint32[N, S] as uint32[N, size], oldest first, cut or padded (NEVER) at the old end."""
    held = seen.shape[1]
    kept = min(held, size)
    found = np.full((seen.shape[0], size), NEVER, np.uint32)
    if not kept:
        return found
    slots = np.arange(held - kept, held)
    for lo in range(0, seen.shape[0], _SLICE):
        part = slice(lo, lo + _SLICE)
        places = (seen_at[part, None] + slots) % held
        found[part, size - kept :] = np.take_along_axis(seen[part], places, axis=1)
    return found
