"""Go on with a run that was paused, interrupted or abandoned."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import CommandError, StackCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Resume a run in this process."""

    help = "Go on with a run from its newest good snapshot, in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("--threads", type=int, help="threads for kernels (never changes results)")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.engine.core.threads import Workers, default_threads
        from simapp.models import Run
        from simapp.runs.execute import execute
        from simapp.runs.services import OVER

        run = Run.objects.filter(pk=options["run"]).first()
        if run is None:
            raise WrongInput(f"There is no run {options['run']}.")
        if run.status in OVER:
            raise WrongInput(f"Run {run.pk} is {run.status}; there is nothing to resume.")
        Run.objects.filter(pk=run.pk).update(wanted="run", pause_at=None)
        began = time.perf_counter()
        outcome = execute(run.pk, role="resume", workers=Workers(options["threads"] or default_threads()))
        if outcome is None:
            raise CommandError(f"Run {run.pk} is owned by another worker, which goes on with it.")
        run.refresh_from_db()
        if outcome.status == "failed":
            raise CommandError(f"run {run.pk} failed: {run.error}")
        self.emit(
            {
                "run": run.pk,
                "status": run.status,
                "steps": run.step,
                "users": run.users,
                "events": run.events,
                "digest": run.digest_hex,
                "seconds": round(time.perf_counter() - began, 3),
            }
        )
