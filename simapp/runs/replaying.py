"""Re-execution of a run in memory, compared step by step with the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.models import RunStep
from simapp.runs.course import Course
from simapp.runs.points import past_of

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
    """Re-execute every committed step of `run`, its ancestors' too, from documents, seeds and input logs."""
    course = Course(run, workers)
    people = course.people()
    simulation = course.found(people, Nothing())
    kept = RunStep.objects.filter(past_of(run), step__lte=run.step).order_by("step")
    digest = ""
    for row in kept.only("step", "digest", "impressions_digest").iterator(chunk_size=500):
        if row.step == 0:
            record = course.finish_founding(simulation, people)
        else:
            simulation, record = course.step(simulation)
        digest = record.digest.hex()
        if record.digest != bytes(row.digest):
            return Replay(row.step, row.step, "decisions or events", digest)
        if record.impressions_digest != bytes(row.impressions_digest):
            return Replay(row.step, row.step, "impressions", digest)
    return Replay(run.step, None, "", digest)
