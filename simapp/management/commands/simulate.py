"""Run a scenario from the shell: the same engine, store and lease as in the browser."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import CommandError, StackCommand
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from simapp.engine.record import StepRecord
    from simapp.scenarios.document import Scenario


class Command(StackCommand):
    """Run a scenario to its end, headless."""

    help = "Run a scenario: a gallery slug or a YAML/JSON file. The run is kept like any other."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "scenario", help="slug of the gallery (docs/gallery.md), such as echo-chambers, or path of a YAML/JSON file"
        )
        parser.add_argument(
            "--users",
            help="file of people (OASIS X CSV or Reddit JSON) that replaces population, follows and seed posts",
        )
        parser.add_argument(
            "--graph",
            help="file of a graph (lines `u v`, GML, GraphML, GEXF) that says who lives there and who follows whom",
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="PATH=VALUE",
            help="change one field, e.g. population.users=500 (repeatable)",
        )
        parser.add_argument(
            "--keep",
            action="append",
            default=[],
            metavar="KIND=RULE",
            help='how long files are kept, e.g. impressions="last 100 every 10" (impressions, opinions, snapshots)',
        )
        parser.add_argument(
            "--force", action="store_true", help="start also where memory or time seem too short (never the disk)"
        )
        parser.add_argument(
            "--answers",
            choices=["models", "cache"],
            default="models",
            help="who answers for language models: they, or the reply cache (an imported file of this very scenario "
            "and seed, else what was answered here); default models",
        )
        parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers (default 1)")
        parser.add_argument("--steps", type=int, help="number of steps (default: the scenario's)")
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from django.db import transaction

        from simapp.runs import leases
        from simapp.runs.execute import execute
        from simapp.runs.forecasts import forecast
        from simapp.runs.services import command_line_version, create_run, store_upload, with_people
        from simapp.scenarios.paths import set_paths

        document = read_scenario(options["scenario"])
        document = set_paths(document, options["set"])
        workers = workers_from(options)
        keep = dict(rule.partition("=")[::2] for rule in options["keep"])
        if options["users"] and options["graph"]:
            raise WrongInput("--users and --graph both say who follows whom; give one of them.")
        named = options["users"] or options["graph"]
        data = read_file(named) if named else None
        with transaction.atomic():
            if data is not None:
                upload, people = store_upload(
                    owner=None, name=Path(named).name, data=data, graph=bool(options["graph"])
                )
                for row in people.notes if people.is_graph else people.skipped:
                    self.stderr.write(str(row))
                document = with_people(document, upload, people)
            run = create_run(
                owner=None,
                version=command_line_version(document=document),
                seed=options["seed"],
                steps=options["steps"],
                keep=keep,
                force=options["force"],
                answers=options["answers"],
            )
            # Taken before anybody else can see it, so that no worker runs it instead of us.
            lease = leases.take(run.pk, leases.owner_name("simulate"))
        needs = forecast(document, run.steps, keep=keep).sentence
        self.stderr.write(f"run {run.pk}: {run.title}, seed {run.seed}, {run.steps} steps; {needs}")
        began = time.perf_counter()
        bar = _bar(run.steps)

        def progress(record: StepRecord) -> None:
            if record.step:
                bar.update(1)

        try:
            outcome = execute(run.pk, workers=workers, progress=progress, lease=lease)
        except KeyboardInterrupt:
            bar.close()
            raise CommandError(f"Stopped. `manage.py resume {run.pk}` goes on from here.") from None
        bar.close()
        run.refresh_from_db()
        if outcome is None:
            raise CommandError(f"run {run.pk} was taken over by another worker.")
        if outcome.status == "failed":
            raise CommandError(f"run {run.pk} failed: {run.error}")
        result = {
            "run": run.pk,
            "status": outcome.status,
            "steps": run.step,
            "users": run.users,
            "events": run.events,
            "digest": run.digest_hex,
            "seconds": round(time.perf_counter() - began, 3),
            "peak_rss_mib": peak_rss_mib(),
            "stages": {name: round(seconds, 4) for name, seconds in outcome.stages.items()},
        }
        if outcome.status == "paused":
            self.fail(result, f"Run {run.pk} is paused after step {run.step} and waits for {run.waiting}.")
        self.emit(result)


def read_scenario(named: str) -> Scenario:
    """Return the scenario of a gallery slug or file; WrongInput says what was looked for."""
    from simapp.scenarios.document import load_scenario
    from simapp.scenarios.gallery import get_gallery, list_gallery

    if named in list_gallery():
        return get_gallery(named)
    if not Path(named).is_file():
        raise WrongInput(f"{named} is neither a gallery scenario ({', '.join(list_gallery())}) nor a file.")
    return load_scenario(read_file(named))


def read_file(path: str) -> bytes:
    """Return a file's bytes; WrongInput names the file."""
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        raise WrongInput(f"{path} cannot be read: {problem.strerror}.") from None


def peak_rss_mib() -> float:
    """Return this process's highest resident memory so far, in MiB."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 if sys.platform != "darwin" else 1024 * 1024), 1)


def _bar(steps: int) -> Any:
    from tqdm import tqdm

    return tqdm(total=steps, unit="step", file=sys.stderr, disable=not sys.stderr.isatty(), mininterval=0.2)
