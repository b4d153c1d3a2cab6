"""Read a file of people and say what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from simapp.management.base import StackCommand
from simapp.management.commands.simulate import read_file

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Import people from a file; the format is detected."""

    help = "Read OASIS's X CSV or Reddit JSON, keep the file for scenarios, and report every skipped row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="file of people")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.services import store_upload

        upload, people = store_upload(
            owner=None, name=Path(options["file"]).name, data=read_file(options["file"])
        )
        for row in people.skipped:
            self.stderr.write(str(row))
        self.emit(
            {
                "format": people.format,
                "users": people.users,
                "follows": people.follows,
                "seed_posts": len(people.seed_posts),
                "skipped": len(people.skipped),
                "upload": upload.sha256,
            }
        )
