"""Measure a person's own data with the metrics of the catalogue."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.commands.simulate import read_file

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from simapp.scenarios.importers.graph_findings import LeftOut

SHOWN = 20  # skipped rows per file; `import-graph` lists them all


class Command(StackCommand):
    """Compute the catalogue's metrics on files; nothing is kept, and no service is needed."""

    help = (
        "Measure a graph (lines `u v [weight]`, GML, GraphML, GEXF), its sides and opinions (CSV), or cascades "
        "(JSONL), gzip or plain. Each metric beside the mean of its null, and z. Edges point follower -> followee."
    )
    needs_services = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--graph", help="file of a graph")
        parser.add_argument("--sides", help="CSV with a header: node and label (or side)")
        parser.add_argument(
            "--sides-from", default="", metavar="ATTRIBUTE", help="node attribute that says the side"
        )
        parser.add_argument(
            "--opinions", help="CSV with a header: node and value in [-1, 1]; its sign is the side"
        )
        parser.add_argument("--cascades", help="JSONL: parent (indices, -1 for the root) and minutes")
        parser.add_argument(
            "--reference", help="JSONL of real cascades, one for each of --cascades: growth errors"
        )
        parser.add_argument("--texts", help="CSV: text, and where known group and label (1 toxic, 0 not)")
        parser.add_argument("--feeds", help="CSV: viewer, and the numbers of each shown post's vector")
        parser.add_argument(
            "--reach", help="CSV: group, ranked, chronological: reach in two arms of one world"
        )
        parser.add_argument("--verdicts", help="CSV: forward, backward (first, second, neutral) of a judge")
        parser.add_argument(
            "--ratings", help="CSV: post, arm (up, none, down), rating from 1 to 10 of a judge"
        )
        parser.add_argument(
            "--metrics", default="", help="names with commas between (default: all that can be)"
        )
        parser.add_argument("--weights", action="store_true", help="let the weights of edges count")
        parser.add_argument(
            "--undirected", action="store_true", help="take no notice of the directions of edges"
        )
        parser.add_argument("--draws", type=int, default=50, help="draws of each null (default 50)")
        parser.add_argument("--seed", type=int, default=1, help="seed of the nulls (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.measuring import TABLES, Given, measured, open_files

        if not 2 <= options["draws"] <= 10_000:
            raise WrongInput(f"--draws is {options['draws']}; it must be a whole number from 2 to 10000.")
        if options["sides"] and options["sides_from"]:
            raise WrongInput("--sides and --sides-from both say the sides; give one of them.")
        named = ("graph", "sides", "opinions", "cascades", "reference")
        contents = {name: read_file(options[name]) if options[name] else None for name in named}
        tables = {kind: read_file(options[kind]) for kind in TABLES if options[kind]}
        if not tables and not any(options[name] for name in named):
            raise WrongInput("There is nothing to measure: name a file with --graph or --cascades.")
        self._told: Counter[str] = Counter()
        files = open_files(
            Given(
                **contents,
                tables=tables,
                sides_from=options["sides_from"],
                weights=options["weights"],
                undirected=options["undirected"],
            ),
            seed=options["seed"],
            draws=options["draws"],
            told=self._tell,
        )
        for file, count in self._told.items():
            if count > SHOWN:
                self.stderr.write(f"{file}: {count} left out in all; the first {SHOWN} are shown.")
        wanted = [name.strip() for name in options["metrics"].split(",") if name.strip()]
        scores = measured(files, wanted)
        self.emit({name: score._asdict() for name, score in scores.items()} if self._json else _lines(scores))

    def _tell(self, file: str, left: LeftOut) -> None:
        self._told[file] += 1
        if self._told[file] <= SHOWN:
            self.stderr.write(f"{file}: {left}")


def _lines(scores: dict[str, Any]) -> dict[str, str]:
    """Each score as a person reads it."""
    shown = {}
    for name, score in scores.items():
        parts = ["missing" if score.value is None else f"{score.value:.6g}"]
        parts += [] if score.null_mean is None else [f"null {score.null_mean:.4g}"]
        parts += [] if score.z is None else [f"z {score.z:.1f}"]
        shown[name] = "   ".join(parts)
    return shown
