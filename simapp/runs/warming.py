"""A rehearsal: every scenario of the gallery for a few steps in memory, so that a real run starts at once.

A process that has never run anything spends about two seconds on loading compiled kernels and building texts.
A run worker rehearses before it forks its pool, so that a process that takes over a dead one's run need not.
"""

from __future__ import annotations

import numpy as np

from agents.opinions import registry as opinions
from agents.opinions.base import CONTACTS
from agents.spread import registry as spread
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.runs.assemble import Parts
from simapp.runs.replaying import Nothing
from simapp.scenarios.document import Scenario
from simapp.scenarios.gallery import get_gallery, list_gallery
from simapp.scenarios.paths import set_path
from simapp.scenarios.population.build import build_population

USERS, STEPS = 60, 3


def rehearse(*, feed: str = "", workers: Workers | None = None) -> list[Scenario]:
    """Run the gallery's scenarios, small and in memory, under another `feed` where one is named; return them."""
    played = []
    for slug in list_gallery():
        scenario = set_path(get_gallery(slug), f"population.users={USERS}")
        if feed:
            scenario = set_path(scenario, f"feed.preset={feed}")
        parts = Parts(scenario, Streams(1), workers or Workers())
        people = build_population(scenario, parts.streams)
        simulation = parts.simulation(parts.found_world(people), Nothing())
        simulation.found(parts.seeds(simulation.world, people.seed_posts))
        for _ in range(STEPS):
            simulation.step()
        played.append(scenario)
    return played


def rehearse_models() -> int:
    """Run every opinion and spread model for a step, small and in memory; return how many were run."""
    quiet = set_path(get_gallery("rumour"), f"population.users={USERS}")
    models = [
        f"minds.opinion={{kind: {name}, contacts: {contacts}}}" for name in opinions.names() for contacts in CONTACTS
    ]
    models += [f"minds.spread={{kind: {name}}}" for name in spread.names()]
    models += ["minds.spread={kind: seiz, contacts: everyone}"]
    for model in models:
        parts = Parts(set_path(quiet, model), Streams(1), Workers())
        people = build_population(parts.scenario, parts.streams)
        simulation = parts.simulation(parts.found_world(people), Nothing())
        simulation.found(parts.seeds(simulation.world, people.seed_posts))
        simulation.step()
    return len(models)


def rehearse_drawing() -> None:
    """Lay out a small ring, as a decision worker lays out a run's network."""
    from simapp.metrics.drawing.communities import louvain
    from simapp.metrics.drawing.layout import lay_out

    source = np.arange(USERS, dtype=np.int32)
    target = np.roll(source, 1)
    lay_out(USERS, source, target, louvain(USERS, source, target), rounds=2)


def before_fork() -> None:
    """Rehearse without what does not survive a fork: threads, the encoder (torch) and Parquet (polars)."""
    rehearse(feed="chronological", workers=Workers(1))
