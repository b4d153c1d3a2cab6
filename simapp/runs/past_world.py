"""The platform as it was after a past step, assembled from rows. Work for a worker, never for the web process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.engine.retell import retell
from simapp.runs import snapshot_files
from simapp.runs.course import Course
from simapp.store.lineage import segments_of
from simapp.store.told import told_steps

if TYPE_CHECKING:
    from simapp.engine.core.world import World
    from simapp.models import Run


def world_at(run: Run, step: int) -> World:
    """Return the world after `step`: from the newest good snapshot up to it, or the founding, and the rows since.

    Everything of the platform is exact: posts with their counters, reactions, follows, mutes, texts, what was seen.
    Opinions and what feeds keep (`world.extra`) are those of the snapshot; a step's opinions as shown are in its log.
    Raises WrongInput for a step that was not committed and Contradiction where the rows do not fit.
    """
    if not 0 <= step <= run.step:
        msg = f"run {run.pk} has no step {step}; its last is {run.step}"
        raise WrongInput(msg)
    restored = None
    segments = segments_of(run, step)
    for segment in reversed(segments):
        restored = restored or snapshot_files.newest_good(segment.run_id, upto=segment.last)
    if restored is None:
        # The first run of the lineage founded the world, under its own document and seed.
        course = Course(run, Workers(1))
        parts = course.parts(course.legs[0])
        world, first = parts.found_world(course.people()), 0
    else:
        world, first = restored.world, restored.step + 1
    for told in told_steps(run, first, step):
        retell(world, told)
    return world
