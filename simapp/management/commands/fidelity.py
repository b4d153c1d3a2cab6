"""The fidelity suite: known results of models and of real platforms, measured on the product itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser

DEFAULT_SEED = 1


class Command(StackCommand):
    """Run the checks and print a table; exit code 1 when one fails."""

    help = "Check the engine, minds, feeds and metrics against known results (docs/fidelity.md). Nothing is stored."
    needs_services = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only", action="append", default=[], metavar="NAME", help="run this check only (repeatable)"
        )
        parser.add_argument("--fast", action="store_true", help="smaller worlds, a minute at most")
        parser.add_argument(
            "--seed", default=str(DEFAULT_SEED), help=f"a whole number, or random (default {DEFAULT_SEED})"
        )
        parser.add_argument("--data", help="folder of real data (default: shared/data beside the checkout)")
        parser.add_argument("--processes", type=int, default=2, help="checks that run at once (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.fidelity.suite import run_suite

        seed = _seed(options["seed"])
        if options["processes"] < 1:
            raise WrongInput(f"--processes is {options['processes']}; it must be a whole number from 1.")
        self.stderr.write(f"seed {seed}")
        rows = run_suite(
            only=options["only"],
            seed=seed,
            fast=options["fast"],
            data=_data(options["data"]),
            processes=options["processes"],
            tell=lambda row: sys.stderr.write(
                f"{row['verdict']:<9} {row['name']} ({row['seconds']:.1f} s)\n"
            ),
        )
        verdicts = ("pass", "fail", "reported", "skipped")
        counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in verdicts}
        if not options["json"]:
            for line in table(rows):
                self.stdout.write(line)
        result: dict[str, Any] = {"checks": rows, "seed": seed, "counts": counts}
        said = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
        if counts["fail"]:
            names = ", ".join(row["name"] for row in rows if row["verdict"] == "fail")
            if options["json"]:
                self.fail(result, f"{said}: {names}")
            self.fail({"result": said}, f"Failed: {names}")
        self.emit(result if options["json"] else {"result": said})


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the findings as lines of text: verdict, name and seconds, then what was expected and found."""
    lines = []
    for row in rows:
        lines.append(f"{row['verdict']:<9} {row['name']:<28} {row['seconds']:>6.1f} s")
        texts = ("expected", "measured", "tolerance", "remark", "source")
        lines += [f"          {text:<10} {row[text]}" for text in texts if row[text]]
    return lines


def _seed(text: str) -> int:
    from simapp.engine.core.streams import MAX_SEED

    if text == "random":
        import secrets

        return secrets.randbelow(MAX_SEED)
    if text.isascii() and text.isdigit() and int(text) <= MAX_SEED:
        return int(text)
    raise WrongInput(f"--seed is {text!r}; it must be a whole number from 0 to {MAX_SEED}, or random.")


def _data(named: str | None) -> Path | None:
    if named is not None:
        folder = Path(named)
        if not folder.is_dir():
            raise WrongInput(f"--data is {named!r}, which is not a folder.")
        return folder
    from django.conf import settings

    beside = Path(settings.BASE_DIR).parent / "shared" / "data"
    return beside if beside.is_dir() else None
