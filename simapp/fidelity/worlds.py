"""Worlds for checks: a scenario document and, where a check knows better, a network and opinions of its own.

They are assembled and stepped exactly as a run is, but for the store: nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.population import SeedPost
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.fidelity.base import Bench
from simapp.runs.assemble import Parts
from simapp.scenarios.document import load_scenario
from simapp.scenarios.population.build import build_population

if TYPE_CHECKING:
    from simapp.engine.core.world import World
    from simapp.engine.loop import Simulation
    from simapp.engine.record import StepRecord
    from simapp.scenarios.document import Scenario

Edges = NDArray[np.int32]
"""int32[M, 2]: follower, followee."""

QUIET: dict[str, Any] = dict.fromkeys(
    ("like", "dislike", "repost", "quote", "comment", "follow", "unfollow", "mute"), 0.0
)
"""Rates under which nobody reacts to anything."""


@dataclass
class Kept:
    """A sink that keeps the records of the steps it is asked to keep, in memory."""

    everything: bool = False
    records: list[StepRecord] = field(default_factory=list)

    def commit(self, record: StepRecord, world: World) -> None:
        """Keep the record, or forget it."""
        if self.everything:
            self.records.append(record)


def always_active(users: int, **more: Any) -> dict[str, Any]:
    """Return the `population` of a document in which everybody is active in every step and writes nothing."""
    activity = {"minimum": 1.0, "maximum": 1.0, "circadian": [1.0] * 24}
    voice = {"minimum": 1e-12, "maximum": 1e-12}
    return {"users": users, "activity": activity, "voice": voice, **more}


def silent(users: int, opinion: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a document in which opinions move between people and nobody writes or reacts."""
    return {
        "title": "Fidelity check",
        "topics": ["housing"],
        "population": always_active(users),
        "network": {"kind": "none"},
        "platform": {"actions": ["like_post", "do_nothing"]},
        "feed": {"preset": "chronological", "k": 1, "seen_memory": 0},
        "minds": {"opinion": opinion, "rates": QUIET},
        "metrics": ["posts_written"],
        **more,
    }


def assemble(
    document: dict[str, Any] | Scenario,
    seed: int,
    *,
    edges: Edges | None = None,
    opinions: NDArray[np.float64] | None = None,
    seeds: list[SeedPost] | None = None,
    threads: int = 1,
    batch: int = 16_384,
    sink: Kept | None = None,
) -> Simulation:
    """Return the founded simulation of a document; edges, opinions float64[N, T] and seed posts replace its own."""
    scenario = load_scenario(document) if isinstance(document, dict) else document
    parts = Parts(scenario, Streams(seed), Workers(threads, batch))
    population = build_population(scenario, parts.streams)
    changes: dict[str, Any] = {}
    if edges is not None:
        changes |= {"follower": edges[:, 0].astype(np.int32), "followee": edges[:, 1].astype(np.int32)}
    if opinions is not None:
        changes["opinions"] = opinions
    if seeds is not None:
        changes["seed_posts"] = seeds
    population = replace(population, **changes)
    world = parts.found_world(population)
    simulation = parts.simulation(world, sink if sink is not None else Kept())
    simulation.found(parts.seeds(world, population.seed_posts))
    return simulation


def seed_of(bench: Bench, what: str, nth: int = 0) -> int:
    """Return the seed of the nth world of a check, from the suite's seed."""
    return int(bench.streams.bits(f"fidelity/{what}", item=nth) >> np.uint64(2))


def both_ways(pairs: NDArray[np.int32]) -> Edges:
    """Return follows in both directions for undirected pairs int32[M, 2]."""
    return np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int32)


def copies(edges: Edges, users: int, times: int) -> Edges:
    """Return `times` worlds side by side in one: copy c has the users c * users .. (c + 1) * users - 1.

    No edge joins two copies and every draw is named by its user, so they are independent worlds.
    """
    shift = np.repeat(np.arange(times, dtype=np.int64) * users, edges.shape[0])
    return (np.tile(edges, (times, 1)) + shift[:, None]).astype(np.int32)
