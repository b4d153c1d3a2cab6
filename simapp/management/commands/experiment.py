"""Run an experiment from the shell: arms times replicates, then the paired differences."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from simapp.management.base import CommandError, StackCommand
from simapp.management.commands.simulate import read_file, read_scenario
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from simapp.engine.core.threads import Workers
    from simapp.models import Experiment

POLL_SECONDS = 0.5


class Command(StackCommand):
    """Run every cell of an experiment and print what it found."""

    help = (
        "Run an experiment written as YAML or JSON: title, scenario (gallery slug or file), arms (name, set), "
        "replicates, first_seed, steps, metrics, reading. The first arm is the control. Workers that are up help."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="path of the experiment's YAML or JSON file")
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.experiments.files import read_design
        from simapp.experiments.launch import launch
        from simapp.experiments.results import results_of
        from simapp.experiments.tables import as_json
        from simapp.runs.services import command_line_version

        named, design = read_design(read_file(options["file"]))
        workers = workers_from(options)
        began = time.perf_counter()
        version = command_line_version(document=read_scenario(named))
        experiment = launch(owner=None, version=version, design=design)
        self.stderr.write(
            f"experiment {experiment.pk}: {len(design.arms)} arms x {design.replicates} replicates, "
            f"{experiment.steps} steps"
        )
        self._work(experiment, workers)
        results = results_of(experiment)
        found = {**as_json(results), "seconds": round(time.perf_counter() - began, 3)}
        if options["json"]:
            self.emit(found)
        else:
            self._print(found)
        unfinished = len(results.grid.places) - results.grid.counts.get("finished", 0)
        if unfinished:
            msg = f"{unfinished} of {len(results.grid.places)} runs of experiment {experiment.pk} did not finish."
            raise CommandError(msg)

    def _print(self, found: dict[str, Any]) -> None:
        """Write the differences as a table, and the methods under it."""
        line = "{:<28} {:<24} {:>12} {:>27} {:>8} {:>8} {:>5}"
        self.stdout.write(line.format("metric", "arm", "difference", "95 % interval", "p", "p Holm", "n"))
        for row in found["results"]:
            ends = [row["t_low"], row["t_high"]]
            numbers = ("-" if value is None else f"{value:.4g}" for value in (row["p"], row["p_holm"]))
            interval = "-" if None in ends else f"[{ends[0]:.5g}, {ends[1]:.5g}]"
            difference = "-" if row["difference"] is None else f"{row['difference']:+.5g}"
            self.stdout.write(
                line.format(row["metric"][:28], row["arm"][:24], difference, interval, *numbers, row["pairs"])
            )
        self.stdout.write(f"\n{found['methods']}\nexperiment {found['experiment']}, {found['seconds']} s")

    def _work(self, experiment: Experiment, workers: Workers) -> None:
        """Own one cell after the other; what a worker of a running stack has taken is waited for."""
        from simapp.experiments.grid import grid_of
        from simapp.management.runs import progress_bar
        from simapp.runs.execute import execute

        runs = grid_of(experiment).runs()
        # The order in which they were made: replicate by replicate.
        runs.sort(key=lambda run: run.pk)
        bar = progress_bar(len(runs))
        try:
            for run in runs:
                execute(run.pk, role="experiment", workers=workers)
                bar.update(1)
            while grid_of(experiment).runs("queued", "running"):
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            msg = f"Stopped. The runs of experiment {experiment.pk} that are left wait for the workers of a site."
            raise CommandError(msg) from None
        finally:
            bar.close()
