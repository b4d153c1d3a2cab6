"""The course of a run: the runs through whose steps its world came, each with its own document and seed.

A run that is no fork has one leg, its own. A fork's past was made by its ancestors, so whoever makes it again
(a takeover, a replay) makes each step with the parts of the run that made it first, and changes over where one
leg ends and the next begins: exactly what an owner does who takes a run over at that step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simapp.engine.core.adopt import adopt_rules
from simapp.engine.core.streams import Streams
from simapp.runs import past, snapshot_files
from simapp.runs.asking import Recorded
from simapp.runs.assemble import Parts
from simapp.runs.models import prices
from simapp.runs.people import LateProfiles, people_of, profiles_of
from simapp.runs.worded import is_worded, worded
from simapp.scenarios.document import load_scenario
from simapp.store.lineage import Segment, segments_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.asking import Asker
    from agents.routing.limits import Metered
    from simapp.engine.core.population import Population, Profiles
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World
    from simapp.engine.loop import Simulation
    from simapp.engine.record import Sink, StepRecord
    from simapp.models import Run

NO_END = 2**31 - 1


@dataclass(frozen=True)
class Leg:
    """The steps up to `last` that `run` made (or, of the last leg, will make)."""

    run: Run
    last: int


def _recorded(leg: Leg) -> Asker:
    return Recorded(leg.run.rows)


class Course:
    """How to make a run's steps, past and coming. `segments`: where its past lies, as committed when opened.

    ask: who asks models in a leg; from the input log alone unless the run's owner says otherwise.
    """

    def __init__(self, run: Run, workers: Workers, ask: Callable[[Leg], Asker] = _recorded) -> None:
        self.run, self._ask = run, ask
        self.segments = segments_of(run)
        legs = [Leg(s.run, s.last) for s in self.segments if s.run is not None and s.run.pk != run.pk]
        self.legs = [*legs, Leg(run, NO_END)]
        self._workers = workers
        self._spent: Metered | None = None

    def parts(self, leg: Leg) -> Parts:
        """Return what a leg's steps are made with."""
        document = load_scenario(leg.run.scenario_version.document)
        return Parts(
            document, Streams(leg.run.seed), self._workers, asker=self._ask(leg), prices=prices(leg.run)
        )

    def people(self) -> Population:
        """Return the people with whom the course began."""
        parts = self.parts(self.legs[0])
        people = people_of(parts.scenario, parts.streams)
        return replace(people, profiles=self._in_words(people.profiles))

    def found(self, people: Population, sink: Sink) -> Simulation:
        """Return the simulation before its founding."""
        parts = self.parts(self.legs[0])
        world = parts.found_world(people)
        if self._spent is not None:
            self._spent.save(world)
        return parts.simulation(world, sink)

    def _in_words(self, drawn: Profiles) -> Profiles:
        """Return profiles as the first leg founded them: some may be in a model's words."""
        parts = self.parts(self.legs[0])
        if not is_worded(parts.scenario) or parts.asker is None:
            return drawn
        profiles, self._spent = worded(drawn, parts.scenario, parts.streams, parts.asker, parts.prices)
        return profiles

    def finish_founding(self, simulation: Simulation, people: Population) -> StepRecord:
        """Write the seed posts as step 0."""
        return simulation.found(self.parts(self.legs[0]).seeds(simulation.world, people.seed_posts))

    def restored(self, sink: Sink, *, upto: int = NO_END) -> Simulation | None:
        """Return a simulation at the newest good snapshot of the past, at most at `upto`; None when there is none."""
        held = [(s.run_id, min(s.last, upto)) for s in reversed(self.segments) if s.first <= upto]
        if upto >= self.run.step and held[0][0] != self.run.rows:
            # A fork that has no step of its own yet may have been put aside before its first.
            held.insert(0, (self.run.rows, self.run.step))
        for rows, last in held:
            found = snapshot_files.newest_good(rows, upto=last)
            if found is not None:
                digest = past.digest_at(self.segments, found.step)
                return self._under(self.leg_after(found.step), found.world, sink, digest)
        return None

    def step(self, simulation: Simulation) -> tuple[Simulation, StepRecord]:
        """Make the next step; return the simulation that made it, which is another one behind the end of a leg."""
        done = simulation.world.step
        leg = self.leg_after(done)
        if any(done == before.last for before in self.legs[:-1]):
            simulation = self.changed_over(simulation)
        record = simulation.step(past.inputs_at(leg.run.rows, done + 1))
        return simulation, record

    def changed_over(self, simulation: Simulation) -> Simulation:
        """Return the simulation that goes on under the leg of the next step."""
        old, leg = simulation, self.leg_after(simulation.world.step)
        new = self._under(leg, old.world, old.sink, old.digest)
        new.on_stage = old.on_stage
        return new

    def _under(self, leg: Leg, world: World, sink: Sink, digest: bytes) -> Simulation:
        parts = self.parts(leg)
        if leg.run.parent_id is not None:
            adopt_rules(world, parts.rules())
        first = self.parts(self.legs[0])
        if world.desk.profiles is None and is_worded(first.scenario):
            drawn = profiles_of(first.scenario, first.streams, world)
            world.desk.profiles = LateProfiles(len(world.users), lambda: self._in_words(drawn))
        settled = feed_settled_at(leg.run)
        inputs = past.feed_switches(self.segments, after=settled, upto=world.step)
        return parts.simulation(world, sink, digest, inputs=inputs, settled=settled)

    def leg_after(self, step: int) -> Leg:
        """Return the leg that makes the step after `step`."""
        return next(leg for leg in self.legs if step < leg.last)


def feed_settled_at(run: Run) -> int:
    """Return the fork step at which the feed of the run's document was chosen, -1 for the founding.

    A fork that chooses a feed ends what earlier switches did; one that does not goes on under the last.
    """
    while run.parent is not None and run.fork_step is not None:
        if run.feed_chosen:
            return run.fork_step
        run = run.parent
    return -1


__all__ = ["Course", "Leg", "Segment", "feed_settled_at"]
