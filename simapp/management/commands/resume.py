"""Go on with a run that was paused, interrupted or abandoned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import CommandError, StackCommand
from simapp.management.runs import execute_here, find_run
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
        from simapp.runs.services import OVER

        workers = workers_from(options)
        run = find_run(options["run"])
        if run.status in OVER:
            raise WrongInput(f"Run {run.pk} is {run.status}; there is nothing to resume.")
        # What members asked for is changed only by whom it is asked of: the run's owner.
        lease = leases.take(run.pk, leases.owner_name("resume"))
        if lease is None:
            raise CommandError(f"Run {run.pk} is owned by another worker.")
        mine = Run.objects.filter(pk=run.pk, token=lease.token)
        mine.exclude(wanted="stop").update(wanted="run", pause_at=None)
        execute_here(self, run, lease, workers)
