"""Run a finished run again in memory and compare it with what was kept, step by step."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Re-execute a run from its scenario version, seed and input log; write nothing."""

    help = "Re-execute a run and compare the digest of every step with the one that was kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.models import Run
        from simapp.runs.replaying import replay

        workers = workers_from(options)
        run = Run.objects.select_related("scenario_version").filter(pk=options["run"]).first()
        if run is None:
            raise WrongInput(f"There is no run {options['run']}.")
        if run.step < 0:
            raise WrongInput(f"Run {run.pk} has no steps yet.")
        began = time.perf_counter()
        result = replay(run, workers=workers)
        data = {
            "run": run.pk,
            "steps": result.steps,
            "equal": result.differs_at is None,
            "differs_at": result.differs_at,
            "what": result.what,
            "digest": result.digest,
            "seconds": round(time.perf_counter() - began, 3),
        }
        if result.differs_at is None:
            self.emit(data)
        else:
            self.fail(data, f"Run {run.pk} came out differently at step {result.differs_at} ({result.what}).")
