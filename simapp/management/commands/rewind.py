"""Put a run back to one of its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.management.base import StackCommand
from simapp.management.runs import find_run

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Rewind a run; what it did after the step is kept as an archived run."""

    help = "Put a run back to a step, paused there. What it did after it is kept as an archived run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("--to", type=int, required=True, metavar="STEP", help="step to go back to")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.rewinds import rewind

        run = find_run(options["run"])
        tail = rewind(run=run, to=options["to"], member=None)
        self.stderr.write(
            f"run {run.pk} is paused after step {run.step}; `manage.py resume {run.pk}` goes on from there"
        )
        self.emit(
            {
                "run": run.pk,
                "status": run.status,
                "steps": run.step,
                "users": run.users,
                "events": run.events,
                "digest": run.digest_hex,
                "archived": tail.pk,
            }
        )
