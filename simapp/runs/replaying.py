"""Re-execution of a run in memory, compared step by step with the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.engine.core.streams import Streams
from simapp.models import RunStep
from simapp.runs import past
from simapp.runs.assemble import Parts
from simapp.runs.people import people_of
from simapp.scenarios.document import load_scenario

if TYPE_CHECKING:
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World
    from simapp.engine.record import StepRecord
    from simapp.models import Run


@dataclass(frozen=True)
class Replay:
    """How a replay came out: steps compared, the first step that differs (None: equal) and in what."""

    steps: int
    differs_at: int | None
    what: str
    digest: str


class Nothing:
    """Keeps nothing: a replay is for comparing."""

    def commit(self, record: StepRecord, world: World) -> None:
        """Let the record go."""


def replay(run: Run, *, workers: Workers) -> Replay:
    """Re-execute every committed step of `run` from its scenario version, seed and input log."""
    scenario = load_scenario(run.scenario_version.document)
    parts = Parts(scenario, Streams(run.seed), workers)
    people = people_of(scenario, parts.streams)
    simulation = parts.simulation(parts.found_world(people), Nothing())
    kept = RunStep.objects.filter(run_id=run.pk, step__lte=run.step).order_by("step")
    digest = ""
    for row in kept.only("step", "digest", "impressions_digest").iterator(chunk_size=500):
        if row.step == 0:
            record = simulation.found(parts.seeds(simulation.world, people.seed_posts))
        else:
            record = simulation.step(past.inputs_at(run.pk, row.step))
        digest = record.digest.hex()
        if record.digest != bytes(row.digest):
            return Replay(row.step, row.step, "decisions or events", digest)
        if record.impressions_digest != bytes(row.impressions_digest):
            return Replay(row.step, row.step, "impressions", digest)
    return Replay(run.step, None, "", digest)
