"""Take a run's data out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Export a run to a folder."""

    help = "Export a run as CSV, Parquet, JSON Lines or OASIS-readable SQLite, with manifest and data dictionary."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("--format", required=True, choices=["csv", "parquet", "jsonl", "oasis"])
        parser.add_argument(
            "--legacy-reposts",
            action="store_true",
            help="with --format oasis: spell out in a repost's text who shared it from whom, as OASIS's first "
            "databases did",
        )
        parser.add_argument("--out", required=True, help="folder to create")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.models import Run
        from simapp.store.exporters.export import NoSuchPlace, export_run

        run = Run.objects.filter(pk=options["run"]).first()
        if run is None:
            raise WrongInput(f"There is no run {options['run']}.")
        if run.step < 0:
            raise WrongInput(f"Run {run.pk} has no steps yet.")
        if options["legacy_reposts"] and options["format"] != "oasis":
            raise WrongInput(f"--legacy-reposts goes with --format oasis, not {options['format']}.")
        out = Path(options["out"])
        try:
            taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
        except OSError as problem:
            raise WrongInput(f"--out is {out}, which cannot be used: {problem.strerror}.") from None
        if taken:
            raise WrongInput(f"--out is {out}, which exists already; name a folder to create.")

        def progress(share: float, doing: str) -> None:
            self.stderr.write(f"{share:5.0%} {doing}")

        try:
            manifest = export_run(
                run.pk, options["format"], out, progress, legacy_reposts=options["legacy_reposts"]
            )
        except NoSuchPlace as problem:
            raise WrongInput(f"--out: {problem}") from None
        self.emit({"run": run.pk, "format": options["format"], "out": str(out), "files": manifest["files"]})
