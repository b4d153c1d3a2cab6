"""Go on with a run that was paused, interrupted or abandoned."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import CommandError, StackCommand
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Resume a run in this process."""

    help = "Go on with a run from its newest good snapshot, in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.models import Run
        from simapp.runs import leases
        from simapp.runs.execute import execute
        from simapp.runs.services import OVER

        workers = workers_from(options)
        run = Run.objects.filter(pk=options["run"]).first()
        if run is None:
            raise WrongInput(f"There is no run {options['run']}.")
        if run.status in OVER:
            raise WrongInput(f"Run {run.pk} is {run.status}; there is nothing to resume.")
        # What members asked for is changed only by whom it is asked of: the run's owner.
        lease = leases.take(run.pk, leases.owner_name("resume"))
        if lease is None:
            raise CommandError(f"Run {run.pk} is owned by another worker.")
        mine = Run.objects.filter(pk=run.pk, token=lease.token)
        mine.exclude(wanted="stop").update(wanted="run", pause_at=None)
        began = time.perf_counter()
        try:
            outcome = execute(run.pk, workers=workers, lease=lease)
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. `manage.py resume {run.pk}` goes on from here.") from None
        if outcome is None:
            raise CommandError(f"Run {run.pk} was taken over by another worker.")
        run.refresh_from_db()
        if outcome.status == "failed":
            raise CommandError(f"run {run.pk} failed: {run.error}")
        result = {
            "run": run.pk,
            "status": run.status,
            "steps": run.step,
            "users": run.users,
            "events": run.events,
            "digest": run.digest_hex,
            "seconds": round(time.perf_counter() - began, 3),
        }
        if outcome.status == "paused":
            self.fail(result, f"Run {run.pk} is paused after step {run.step} and waits for {run.waiting}.")
        self.emit(result)
