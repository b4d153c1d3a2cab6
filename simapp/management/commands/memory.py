"""What a user who thinks with a model remembers after a step; the run is not touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Look into a user's memory on a clone of the run's world."""

    help = "Show what a user of a run remembers, on a clone of its world; the run and its digest are untouched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("user", type=int, help="number of the user")
        parser.add_argument("--step", type=int, help="the step after which to look (default: the last one)")
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.models import Run
        from simapp.runs.remembered import remembered

        workers = workers_from(options)
        run = Run.objects.filter(pk=options["run"]).first()
        if run is None:
            raise WrongInput(f"There is no run {options['run']}.")
        found = remembered(run, options["user"], options["step"], workers=workers)
        if self._json:
            self.emit({"run": run.pk, **found})
            return
        self.stdout.write(f"user {found['user']} after step {found['step']}")
        for fact in found["facts"]:
            self.stdout.write(f"fact, since step {fact['step']}: {fact['text']}")
        for topic, belief in found["beliefs"].items():
            self.stdout.write(f"belief on {topic}: {belief['stance']:+.2f}, evidence {belief['evidence']:.2f}")
        for words in filter(None, (found["self"], *found["told"])):
            self.stdout.write(words)
        if not (found["facts"] or found["events"] or found["beliefs"]):
            self.stdout.write("nothing is remembered")
