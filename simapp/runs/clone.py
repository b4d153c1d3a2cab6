"""A run's world as it was after a step, made anew in memory: for probes, which never touch the run.

The newest good snapshot at or before the step is read, and the steps since are repeated into nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.engine.core.errors import SociariumError
from simapp.engine.core.streams import Streams
from simapp.models import Run
from simapp.runs import fingerprint, past, snapshot_files
from simapp.runs.assemble import Parts
from simapp.runs.people import people_of
from simapp.runs.replaying import Nothing
from simapp.scenarios.document import load_scenario
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World


class CloneDiffers(SociariumError):
    """The repeated steps are not those that the run committed."""


@dataclass(frozen=True)
class Clone:
    """A world after `step`, and the random numbers of its run."""

    world: World
    streams: Streams
    step: int


def clone_at(
    run: Run, step: int, *, workers: Workers, report: Callable[[int], None] = lambda _step: None
) -> Clone:
    """Return the world of `run` after a committed step; `report` hears of every step that was repeated.

    Raises CloneDiffers when it does not come out with the digest that was kept.
    """
    run = _holder(run, step)
    parts = Parts(load_scenario(run.scenario_version.document), Streams(run.seed), workers)
    restored = snapshot_files.newest_good(run.pk, upto=step)
    if restored is None:
        people = people_of(parts.scenario, parts.streams)
        simulation = parts.simulation(parts.found_world(people), Nothing())
        simulation.found(parts.seeds(simulation.world, people.seed_posts))
    else:
        switched = past.feed_switches_before(run.pk, restored.step)
        digest = past.digest_at(run.pk, restored.step)
        simulation = parts.simulation(restored.world, Nothing(), digest, inputs=switched)
        fingerprint.check_encoder(run.fingerprint.get("encoder"), simulation.feed)
    while simulation.world.step < step:
        simulation.step(past.inputs_at(run.pk, simulation.world.step + 1))
        report(simulation.world.step)
    if simulation.digest != past.digest_at(run.pk, step):
        msg = f"step {step} of run {run.pk} came out differently when it was repeated"
        raise CloneDiffers(msg)
    return Clone(simulation.world, parts.streams, step)


def _holder(run: Run, step: int) -> Run:
    """Return the run, or the ancestor of a fork, in which the step was made."""
    holder = next(s.run_id for s in segments_of(run) if s.first <= step <= s.last)
    return Run.objects.select_related("scenario_version__scenario").get(pk=holder)
