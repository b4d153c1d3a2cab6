"""What other feeds would have made of the same candidates, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.commands.explain import presets_in, run_named
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Score presets on the candidates of a run's feeds, without changing anything."""

    help = (
        "Compare presets with a run's own feed on the same candidates, step by step: overlap, exposure Gini, stance, "
        "cross-cutting share, novelty. The run is made again in memory; nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("--presets", default="all", help="presets with commas between them (default all)")
        parser.add_argument("--steps", type=int, help="compare the first so many steps (default all)")
        parser.add_argument("--viewers", type=int, default=1000, help="viewers compared per step (default 1000)")
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.retracing import FIGURES, shadow_report

        if options["viewers"] < 1:
            raise WrongInput(f"--viewers is {options['viewers']}; it must be a whole number from 1.")
        run = run_named(options["run"])
        upto = run.step if options["steps"] is None else options["steps"]
        rows = shadow_report(
            run, upto, presets_in(options["presets"]), workers=workers_from(options), viewers=options["viewers"]
        )
        self.stdout.write("  ".join(f"{name:>20}" for name in ("step", "preset", *FIGURES)))
        for row in rows:
            figures = ("-" if row[name] is None else f"{row[name]:.4f}" for name in FIGURES)
            self.stdout.write("  ".join(f"{text:>20}" for text in (str(row["step"]), row["preset"], *figures)))
        self.emit({"run": run.pk, "steps": upto, "rows": rows})
