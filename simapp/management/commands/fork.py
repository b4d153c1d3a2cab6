"""Let a run go another way from one of its steps, in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.management.base import StackCommand
from simapp.management.runs import execute_here, find_run
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Fork a run and bring the fork to its end."""

    help = "Fork a run: share its past up to a step and go on from there, changed or not, to the end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("--at", type=int, required=True, metavar="STEP", help="last step that is shared")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="PATH=VALUE",
            help="change one field for what comes after, e.g. feed.preset=chronological (repeatable)",
        )
        parser.add_argument("--seed", type=int, help="seed of the draws after the fork (default: the run's)")
        parser.add_argument("--steps", type=int, help="last step of the fork (default: the run's)")
        parser.add_argument("--title", default="", help="name of the fork")
        parser.add_argument(
            "--without-inputs", action="store_true", help="do not repeat what members did after the step"
        )
        parser.add_argument(
            "--force", action="store_true", help="start also where memory or time seem too short (never the disk)"
        )
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from django.db import transaction

        from simapp.runs import leases
        from simapp.runs.forks import create_fork

        workers = workers_from(options)
        run = find_run(options["run"])
        with transaction.atomic():
            made = create_fork(
                run=run,
                at=options["at"],
                member=None,
                changes=options["set"],
                seed=options["seed"],
                steps=options["steps"],
                title=options["title"],
                inputs=not options["without_inputs"],
                force=options["force"],
            )
            # Taken before anybody else can see it, so that no worker runs it instead of us.
            lease = leases.take(made.pk, leases.owner_name("fork"))
        self.stderr.write(f"run {made.pk}: fork of run {run.pk} at step {options['at']}, to step {made.steps}")
        execute_here(self, made, lease, workers, parent=run.pk, at=options["at"])
