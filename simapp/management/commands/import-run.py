"""Take a run in that was exported, here or elsewhere."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simapp.management.base import StackCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Create a run from an export's folder."""

    help = "Import a run from a folder that `export --format parquet` (or csv, jsonl) made; every step is proved first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", help="folder of the export")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.importing import import_run

        began = time.perf_counter()
        run = import_run(owner=None, path=Path(options["folder"]))
        self.emit({
            "run": run.pk,
            "status": run.status,
            "steps": run.step,
            "users": run.users,
            "events": run.events,
            "digest": run.digest_hex,
            "seconds": round(time.perf_counter() - began, 3),
        })  # fmt: skip
