"""The base of the project's commands: services at hand, one JSON line at the end, honest exit codes.

Exit codes: 0 done, 1 failed, 2 wrong input. Wrong input gets one sentence on stderr and no traceback.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.stack.embedded import services
from simapp.stack.errors import StackError

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from django.core.management.base import CommandParser

    from simapp.stack.embedded import Addresses

# Any number that nobody else uses for an advisory lock in this database.
MIGRATION_LOCK = 7_305_517_001

__all__ = ["CommandError", "StackCommand", "WrongInput", "prepare_database"]


class StackCommand(BaseCommand):
    """A command that may need the database and the broker.

    Write ``handle(self, *args, **options)`` as usual. Before it runs, the embedded services are started if
    they are not up (unless ``DATABASE_URL`` and ``REDIS_URL`` name others), migrations are applied and the
    gallery is loaded; afterwards they are stopped if nobody else uses them. Set ``needs_services = False`` on
    a command that needs none, and ``prepares = False`` on one that runs in a stack that is prepared already.

    ``self.emit(data)`` gives the result: with ``--json`` it becomes the last line of stdout, and everything
    else that is written to ``self.stdout`` goes to stderr. ``self.fail(data, why)`` emits and ends with
    exit code 1.
    Raise ``WrongInput("one sentence")`` for exit code 2 and ``CommandError`` for a failure without traceback.
    """

    needs_services = True
    prepares = True
    requires_system_checks: list[str] = []  # `manage.py check` is for that; a command should start at once

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        self._add_json(parser)
        return parser

    def _add_json(self, parser: ArgumentParser) -> None:
        if "--json" not in parser._option_string_actions:  # noqa: SLF001 - argparse has no public way to ask
            parser.add_argument(
                "--json",
                action="store_true",
                help="Print one JSON object as the last line; everything else to stderr.",
            )

    def run_from_argv(self, argv: list[str]) -> None:
        """Run from the command line, where failures become exit codes."""
        try:
            super().run_from_argv(argv)
        except (SociariumError, StackError) as problem:
            sys.stderr.write(f"{problem}\n")
            sys.exit(
                problem.code
                if isinstance(problem, StackError)
                else 2
                if isinstance(problem, WrongInput)
                else 1
            )
        except BrokenPipeError:
            # Whoever read our output has seen enough; do not complain again at shutdown.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except Exception as problem:
            if not _is_database_away(problem):
                raise
            first = (str(problem).strip() or type(problem).__name__).splitlines()[0]
            sys.stderr.write(f"The database does not answer: {first}\n")
            sys.exit(1)

    def execute(self, *args: Any, **options: Any) -> Any:
        self._results = OutputWrapper(options["stdout"]) if options.get("stdout") else self.stdout
        self._json = bool(options.get("json"))
        if self._json:
            options["stdout"] = sys.stderr
        self.preflight(**options)
        with ExitStack() as stack:
            if self.needs_services:
                self.addresses: Addresses = stack.enter_context(services())
                if self.prepares and (self.addresses.embedded or self.prepares_outside):
                    prepare_database(load_gallery=self.addresses.started or self.prepares_outside)
            return super().execute(*args, **options)

    def preflight(self, **options: Any) -> None:
        """Refuse what cannot work (WrongInput or StackError) before anything is started."""

    # `up` and `demo` also prepare servers that the person names; others leave those to their operator.
    prepares_outside = False

    def emit(self, data: dict[str, Any]) -> None:
        """Give the result: one line of JSON with ``--json``, ``name: value`` lines without."""
        if self._json:
            self._results.write(json.dumps(data, default=_plain, allow_nan=False))
        else:
            for name, value in data.items():
                self.stdout.write(f"{name}: {value}")
        self._results.flush()

    def fail(self, data: dict[str, Any], sentence: str) -> None:
        """Give the result and end with exit code 1."""
        self.emit(data)
        raise CommandError(sentence, returncode=1)


def _is_database_away(problem: Exception) -> bool:
    from django.db.utils import InterfaceError, OperationalError

    return isinstance(problem, OperationalError | InterfaceError)


def _plain(value: Any) -> Any:
    """Numbers of numpy and paths, as JSON has them."""
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def prepare_database(*, load_gallery: bool) -> bool:
    """Apply missing migrations, then load the gallery; True when migrations were applied.

    Two commands may start at once, so this is done under an advisory lock of the database.
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing or load_gallery:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            if missing:
                call_command("migrate", interactive=False, verbosity=0)
            _load_gallery()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    return bool(missing)


def _load_gallery() -> None:
    from simapp.runs.services import load_gallery

    load_gallery()
