"""How far what groups drew is from what their members decide one by one, measured beside the run and kept.

What is compared lies with the world, so a snapshot has all that is needed: no step waits for the permutation test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from agents.archetypes.estimate import Estimate
from agents.archetypes.fidelity import Fidelity
from agents.prompting.perception import Perception
from simapp.engine.core.streams import Streams
from simapp.models import FidelityGap, Run
from simapp.runs import services, snapshot_files, tasks
from simapp.runs.assemble import CODES, embedding_cache
from simapp.runs.minds import grouping_of
from simapp.scenarios.document import load_scenario
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from simapp.engine.record import StepRecord
    from simapp.scenarios.parts.models import ArchetypeTier


EVERY_SECONDS = 60.0  # how often that of a running run is measured


@dataclass
class GapWatch:
    """One owner's care that its run is measured now and then, and when it is given back; another worker does it."""

    run: Run
    _last: float = field(default_factory=time.monotonic)

    def beside(self, progress: Callable[[StepRecord], None]) -> Callable[[StepRecord], None]:
        """Return what hears of every committed step: `progress`, and this."""

        def hear(record: StepRecord) -> None:
            if time.monotonic() - self._last > EVERY_SECONDS:
                self.now()
            progress(record)

        return hear

    def now(self) -> None:
        """Send a worker, where groups decide."""
        self._last = time.monotonic()
        tiers = ((self.run.scenario_version.document.get("minds") or {}).get("models") or {}).get(
            "tiers"
        ) or ()
        if any(rule["tier"] == "archetype" for rule in tiers):
            services.quietly(tasks.measure_gaps, self.run.pk)


def archetype_of(run: Run) -> ArchetypeTier | None:
    """Return the rule of a run's scenario that lets groups decide, None where none does."""
    models = load_scenario(run.scenario_version.document).minds.models
    return next((rule for rule in (models.tiers if models else ()) if rule.tier == "archetype"), None)


def measure(run_id: int) -> FidelityGap | None:
    """Measure as of the newest good snapshot and keep what was found; None where nothing can be measured yet."""
    run = Run.objects.select_related("scenario_version").get(pk=run_id)
    rule = archetype_of(run)
    if rule is None or run.step < 0:
        return None
    for segment in reversed(segments_of(run)):
        found = snapshot_files.newest_good(segment.run_id, upto=min(segment.last, run.step))
        if found is not None:
            break
    else:
        return None
    if Estimate.of(found.world) is None:
        return None
    labels = grouping_of(rule, Perception(), embedding_cache()).labels(found.world)
    gaps = Fidelity(CODES, rule.check).gaps(found.world, labels, Streams(run.seed))
    kept, _ = FidelityGap.objects.update_or_create(
        run=run, step=found.step, defaults={"gaps": [asdict(gap) for gap in gaps]}
    )
    return kept
