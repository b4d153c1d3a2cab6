"""Measures a person's own graph, sides, opinions and cascades with the metrics of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.metrics import registry
from simapp.metrics.files import DRAWS, Files, Table
from simapp.metrics.graphs import Graph
from simapp.metrics.trees import Trees
from simapp.scenarios.importers.cascade_lines import read_cascades
from simapp.scenarios.importers.graphs import read_graph
from simapp.scenarios.importers.node_values import read_opinions, read_sides, sides_from
from simapp.scenarios.importers.table_csv import NUMBER, WORD, Columns, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simapp.metrics.files import Score
    from simapp.scenarios.importers.graph_findings import GraphImport, LeftOut


VERDICT = ("first", "second", "neutral")
# What each kind of table must and may have.
TABLES = {
    "texts": Columns({"text": WORD}, {"group": WORD, "label": WORD}),
    "verdicts": Columns({"forward": VERDICT, "backward": VERDICT}),
    "ratings": Columns({"post": WORD, "arm": ("up", "none", "down"), "rating": NUMBER}),
    "reach": Columns({"group": WORD, "ranked": NUMBER, "chronological": NUMBER}),
    "feeds": Columns({"viewer": WORD}, rest=True),
}


@dataclass(frozen=True)
class Given:
    """Contents of the files that a person names, None for what is not given.

    sides_from: a node attribute of the graph file that says the sides; weights: whether its weights count.
    """

    graph: bytes | None = None
    sides: bytes | None = None
    sides_from: str = ""
    opinions: bytes | None = None
    cascades: bytes | None = None
    reference: bytes | None = None
    tables: dict[str, bytes] = field(default_factory=dict)
    weights: bool = False
    undirected: bool = False


def open_files(
    given: Given, *, seed: int = 1, draws: int = DRAWS, told: Callable[[str, LeftOut], None]
) -> Files:
    """Return what metrics look at; `told(file, what)` hears of everything left out. WrongInput names the file."""
    graph = sides = opinions = trees = reference = None
    if given.graph is None and (given.sides is not None or given.opinions is not None or given.sides_from):
        raise WrongInput(
            "--sides and --opinions say something of the nodes of a graph: name it with --graph."
        )
    if given.graph is not None:
        found = _named("--graph", read_graph, given.graph)
        _tell(told, "--graph", found.skipped)
        graph = graph_of(found, weights=given.weights, undirected=given.undirected)
        if given.sides is not None or given.sides_from:
            sides = _sides(given, found, told)
        if given.opinions is not None:
            values = _named("--opinions", read_opinions, given.opinions, found)
            _tell(told, "--opinions", values.skipped)
            opinions = values.value
    if given.cascades is not None:
        trees = _trees("--cascades", given.cascades, told)
    if given.reference is not None:
        reference = _trees("--reference", given.reference, told)
        if trees is None or len(trees) != len(reference):
            many = 0 if trees is None else len(trees)
            raise WrongInput(
                f"--cascades has {many} cascades and --reference {len(reference)}; they are compared one by one."
            )
    tables = {kind: _table(kind, content, told) for kind, content in given.tables.items()}
    return Files(graph, sides, opinions, trees, reference, tables, draws=draws, streams=Streams(seed))


def graph_of(found: GraphImport, *, weights: bool = False, undirected: bool = False) -> Graph:
    """Return a read graph for metrics; its weights count where asked for, its directions unless asked not to."""
    weight = found.weight if weights else np.ones(found.edges)
    graph = Graph(found.nodes, found.source, found.target, weight, found.directed, weights)
    return graph.undirected if undirected else graph


def measured(files: Files, names: Sequence[str] = ()) -> dict[str, Score]:
    """Return the score of each named metric; without names, of every metric that the files allow.

    WrongInput for a name that is unknown or needs a file that was not given.
    """
    catalogue = registry.all_metrics()
    if not names:
        names = [n for n, m in catalogue.items() if m.reads and files.kinds.issuperset(m.reads)]
    for name in names:
        if name not in catalogue:
            raise WrongInput(
                f"--metrics names {name!r}, which is not in the catalogue: {', '.join(readable())}."
            )
        missing = [kind for kind in catalogue[name].reads if kind not in files.kinds]
        if not catalogue[name].reads:
            raise WrongInput(f"--metrics names {name}, which is computed in runs only.")
        if missing:
            raise WrongInput(f"--metrics names {name}, which needs --{' and --'.join(missing)}.")
    return {name: catalogue[name].score(files) for name in dict.fromkeys(names)}


def readable() -> list[str]:
    """Return the names of the metrics that can be computed of files, in the order of the catalogue."""
    return [name for name, metric in registry.all_metrics().items() if metric.reads]


def _sides(given: Given, found: GraphImport, told: Callable[[str, LeftOut], None]) -> np.ndarray:
    if given.sides is not None:
        labels = _named("--sides", read_sides, given.sides, found)
        _tell(told, "--sides", labels.skipped)
        return labels.side
    texts = found.attributes.get(given.sides_from)
    if texts is None:
        known = ", ".join(sorted(found.attributes)) or "none"
        raise WrongInput(f"--sides-from is {given.sides_from}; the nodes of the graph have: {known}.")
    return sides_from({i: text for i, text in enumerate(texts) if text}, found.nodes, []).side


def _trees(option: str, content: bytes, told: Callable[[str, LeftOut], None]) -> Trees:
    found = _named(option, read_cascades, content)
    _tell(told, option, found.skipped)
    return Trees(found.start, found.parent, found.minutes)


def _table(kind: str, content: bytes, told: Callable[[str, LeftOut], None]) -> Table:
    found = _named(f"--{kind}", read_table, content, TABLES[kind])
    _tell(told, f"--{kind}", found.skipped)
    numbers = {name: np.array(column) for name, column in found.numbers.items()}
    return Table(found.words, numbers, np.array(found.rest, np.float64).reshape(found.rows, -1))


def _tell(told: Callable[[str, LeftOut], None], file: str, skipped: list[LeftOut]) -> None:
    for left in skipped:
        told(file, left)


def _named(option: str, read: Callable[..., object], *arguments: object):  # noqa: ANN202 - what `read` returns
    try:
        return read(*arguments)
    except WrongInput as problem:
        raise WrongInput(f"{option}: {problem}") from None
