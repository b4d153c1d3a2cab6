"""Read a file of people and say what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.commands.simulate import read_file

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Import people from a file; the format is detected."""

    help = (
        "Read OASIS's X CSV or Reddit JSON, or with --map any table of people, keep the file for scenarios, and report "
        "every skipped row."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="file of people")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help="which column of a table is which field, e.g. handle=screen_name (repeatable; trait more than once)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.services import store_upload

        name, data = Path(options["file"]).name, read_file(options["file"])
        if options["map"]:
            data = _mapped(data, options["map"])
        upload, people = store_upload(owner=None, name=name, data=data)
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


def _mapped(data: bytes, assignments: list[str]) -> bytes:
    """Return the table as a file of our own, columns as `--map` says and the rest left out."""
    from simapp.scenarios.importers.columns import read_columns
    from simapp.scenarios.importers.mapping import PEOPLE, mapped, roles_of

    pairs = []
    for assignment in assignments:
        field, equals, column = assignment.partition("=")
        if not equals:
            raise WrongInput(f"--map {assignment[:60]!r} is no FIELD=COLUMN, like handle=screen_name.")
        pairs.append((field.strip(), column.strip()))
    table = read_columns(data)
    return mapped(table, PEOPLE, roles_of(table, PEOPLE, pairs))
