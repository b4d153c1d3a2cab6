"""A run's world as it was after a step, made anew in memory: for probes, which never touch the run.

The newest good snapshot at or before the step is read, and the steps since are repeated into nothing; each as the
run that made it first made it, where the run is a fork.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.engine.core.errors import SociariumError
from simapp.engine.core.streams import Streams
from simapp.runs import fingerprint, past
from simapp.runs.course import Course
from simapp.runs.replaying import Nothing

if TYPE_CHECKING:
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World
    from simapp.models import Run


class CloneDiffers(SociariumError):
    """The repeated steps are not those that the run committed."""


@dataclass(frozen=True)
class Clone:
    """A world after `step`, the random numbers of its run, and the run whose document the next step is made with."""

    world: World
    streams: Streams
    step: int
    run: Run


def clone_at(
    run: Run, step: int, *, workers: Workers, report: Callable[[int], None] = lambda _step: None
) -> Clone:
    """Return the world of `run` after a committed step; `report` hears of every step that was repeated.

    Raises CloneDiffers when it does not come out with the digest that was kept.
    """
    course = Course(run, workers)
    simulation = course.restored(Nothing(), upto=step)
    if simulation is None:
        people = course.people()
        simulation = course.found(people, Nothing())
        course.finish_founding(simulation, people)
    else:
        fingerprint.check_encoder(run.fingerprint.get("encoder"), simulation.feed)
    while simulation.world.step < step:
        simulation, _ = course.step(simulation)
        report(simulation.world.step)
    if simulation.digest != past.digest_at(course.segments, step):
        msg = f"step {step} of run {run.pk} came out differently when it was repeated"
        raise CloneDiffers(msg)
    return Clone(simulation.world, simulation.streams, step, course.leg_after(step).run)
