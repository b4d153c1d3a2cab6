"""Markets side by side: in each, one viewer who never tires is shown one post at a time and comments on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.population import SeedPost
from simapp.fidelity.base import Bench
from simapp.fidelity.worlds import QUIET, always_active, assemble, both_ways, seed_of


def choices(
    bench: Bench, what: str, *, worlds: int, items: int, steps: int, strength: float
) -> NDArray[np.int64]:
    """Return how often each post of each world was chosen int64[worlds, items], by the feed `popularity-lottery`.

    User 2 w writes the posts of world w and follows user 2 w + 1, who writes nothing; 2 w + 1 follows 2 w. A comment
    is a choice: it can be made again and again, and counts as a reaction.
    """
    viewer = np.arange(worlds, dtype=np.int32) * 2 + 1
    seeds = [SeedPost(2 * world, f"item {n}", 0, None, 0.0) for world in range(worlds) for n in range(items)]
    document = {
        "title": "Fidelity check",
        "topics": ["housing"],
        "population": always_active(2 * worlds),
        "network": {"kind": "none"},
        "platform": {"actions": ["create_post", "create_comment", "do_nothing"], "hot_window_hours": 720},
        "feed": {
            "preset": "popularity-lottery", "k": 1, "seen_memory": 0,
            "params": {"strength": strength, "per_author": 50, "explore": 0},
        },
        "minds": {"opinion": {"kind": "none"}, "rates": {**QUIET, "comment": 1.0}, "feed_depth": 1},
        "clock": {"minutes_per_step": 1},
        "metrics": ["comments_made"],
    }  # fmt: skip
    # Who follows nobody would be shown the posts of strangers.
    edges = both_ways(np.stack([viewer, viewer - 1], axis=1))
    simulation = assemble(document, seed_of(bench, what), edges=edges, seeds=seeds)
    for _ in range(steps):
        simulation.step()
    posts = simulation.world.posts
    written = np.flatnonzero(posts.kind == 0)
    return posts.comments[written].reshape(worlds, items).astype(np.int64)
