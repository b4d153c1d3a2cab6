"""Worlds that real minds and real feeds live in, in memory: everything of a run but its database."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from recommender.embeddings.hashing import HashedWords
from recommender.registry import build_feed, preset_parameters
from simapp.engine.core.population import Population
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.loop import Simulation
from simapp.runs.assemble import CODES, Parts
from simapp.scenarios.document import Scenario
from simapp.scenarios.population.build import build_population
from tests.laws.histories import Kept
from tests.runs.small import busy


@lru_cache(maxsize=64)
def scenario_of(slug: str, changes: tuple[str, ...]) -> Scenario:
    return busy(slug, *changes)


@lru_cache(maxsize=64)
def people_of(slug: str, changes: tuple[str, ...], seed: int) -> Population:
    return build_population(scenario_of(slug, changes), Streams(seed))


def founded(
    slug: str, *changes: str, seed: int = 7, workers: Workers | None = None, sink: Any = None, **feed: Any
) -> Simulation:
    """A founded simulation of a busy scenario; `feed`: preset and parameters, with an encoder that needs no model."""
    parts = Parts(scenario_of(slug, changes), Streams(seed), workers or Workers(1))
    people = people_of(slug, changes, seed)
    simulation = parts.simulation(parts.found_world(people), Kept() if sink is None else sink)
    if feed:
        preset = feed.pop("preset")
        known = {parameter.name for parameter in preset_parameters(preset)}
        params = {name: value for name, value in feed.items() if name in known}
        simulation.feed = build_feed(preset, params, codes=CODES, encoder=HashedWords())
    simulation.found(parts.seeds(simulation.world, people.seed_posts))
    return simulation
