"""Worlds in which one model spreads many posts at once, each a run of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.population import SeedPost
from simapp.fidelity.base import Bench
from simapp.fidelity.worlds import QUIET, Edges, always_active, assemble, copies, seed_of

PER_AUTHOR = 40


def final_sizes(
    bench: Bench, what: str, spread: dict[str, Any], edges: Edges, users: int, seed: int, runs: int
) -> NDArray[np.int64]:
    """Return the final number of sharers, author included, of `runs` posts by user `seed` of a network.

    The network is copied side by side and each copy's author writes up to 40 posts; every draw of a model is named by
    the post, so these are independent runs. The world is stepped until nobody shares any more.
    """
    per_author = min(PER_AUTHOR, runs)
    worlds = -(-runs // per_author)
    posts = [
        SeedPost(copy * users + seed, f"post {n}", 0, None, 0.0)
        for copy in range(worlds)
        for n in range(per_author)
    ]
    document = spreading(worlds * users, spread)
    simulation = assemble(document, seed_of(bench, what), edges=copies(edges, users, worlds), seeds=posts)
    held, quiet = simulation.world.posts, 0
    while quiet < _patience(spread):
        before = held.end
        simulation.step()
        quiet = quiet + 1 if held.end == before else 0
    return sizes(simulation)[:runs]


def sizes(simulation: Any) -> NDArray[np.int64]:
    """Return the cascade sizes int64[R] of all root posts, by serial."""
    posts = simulation.world.posts
    return posts.size[posts.kind == 0].astype(np.int64)


def spreading(users: int, spread: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a document in which a model alone makes posts spread and everybody is always there."""
    return {
        "title": "Fidelity check",
        "topics": ["housing"],
        "population": always_active(users),
        "network": {"kind": "none"},
        "platform": {"actions": ["create_post", "repost", "do_nothing"], "hot_window_hours": 720},
        "feed": {"preset": "chronological", "k": 1, "seen_memory": 0, "params": {"explore": 0}},
        "minds": {"opinion": {"kind": "none"}, "spread": spread, "rates": QUIET},
        "clock": {"minutes_per_step": 1},
        "metrics": ["reposts_made"],
        **more,
    }


def _patience(spread: dict[str, Any]) -> int:
    """Return after how many quiet steps nothing can come any more (to one in 10^6)."""
    if spread["kind"] != "sir":
        return 1
    gamma = float(spread["gamma"])
    return 1 if gamma >= 1.0 else int(np.ceil(np.log(1e-6) / np.log(1.0 - gamma)))
