"""What a graph file held: nodes, distinct edges without loops, and everything that was left out."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.errors import WrongInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_NODES = 20_000_000
MAX_EDGES = 200_000_000
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of the file that was not taken over: where it stands ("line 12", "edge 5") and why."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True)
class GraphImport:
    """A graph of N nodes and M distinct edges without loops.

    format: `edges`, `gml`, `graphml` or `gexf`; rows: edges as the file states them. names[N]: what a node is
    called in edges; labels[N]: its label, "" without one; attributes: text by name, N each ("" for none).
    source, target int32[M]: as written; where `directed` is false each pair stands once, the smaller number
    first. As follows, a directed edge points follower -> followee. weight float64[M]: the sum over
    the rows of an edge, 1 for a row without one. skipped: what was left out and why.
    """

    format: str
    directed: bool
    rows: int
    names: list[str]
    labels: list[str]
    attributes: dict[str, list[str]]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    weight: NDArray[np.float64]
    skipped: list[LeftOut] = field(default_factory=list)

    @property
    def nodes(self) -> int:
        """Number of nodes N."""
        return len(self.names)

    @property
    def edges(self) -> int:
        """Number of edges M."""
        return int(self.source.shape[0])


class GraphRows:
    """Collects nodes and edges in the order of the file. `unit`: what a place is counted in (line, edge)."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.number: dict[str, int] = {}
        self.labels: dict[int, str] = {}
        self.attributes: dict[str, dict[int, str]] = {}
        self.skipped: list[LeftOut] = []
        self._source, self._target = array("i"), array("i")
        self._weight, self._place = array("d"), array("q")

    def skip(self, where: str, reason: str) -> None:
        self.skipped.append(LeftOut(where, reason))

    def node(self, name: str) -> int:
        """Return the number of a node, a new one for a new name."""
        found = self.number.get(name)
        if found is None:
            if len(self.number) >= MAX_NODES:
                msg = f"The graph has more than {MAX_NODES} nodes."
                raise WrongInput(msg)
            found = self.number[name] = len(self.number)
        return found

    def describe(self, node: int, key: str, value: str) -> None:
        """Keep what the file says of a node."""
        self.attributes.setdefault(key, {})[node] = value

    def edge(self, place: int, source: int, target: int, weight: float = 1.0) -> None:
        """Take one row; loops are left out at once, repeated edges when all are known."""
        if source == target:
            self.skip(f"{self.unit} {place}", "It joins a node to itself.")
            return
        if len(self._source) >= MAX_EDGES:
            msg = f"The graph has more than {MAX_EDGES} edges."
            raise WrongInput(msg)
        self._source.append(source)
        self._target.append(target)
        self._weight.append(weight)
        self._place.append(place)

    def finish(self, format: str, *, directed: bool, rows: int) -> GraphImport:
        """Return the graph; WrongInput when no edge is left."""
        source, target = np.array(self._source, np.int64), np.array(self._target, np.int64)
        if not source.shape[0]:
            why = f"; the first was left out because: {self.skipped[0]}" if self.skipped else ""
            msg = f"The file has no usable edge among {rows} rows{why or '.'}"
            raise WrongInput(msg)
        if not directed:
            source, target = np.minimum(source, target), np.maximum(source, target)
        packed = source << 32 | target
        _, first, which = np.unique(packed, return_index=True, return_inverse=True)
        weight = np.bincount(which, weights=np.array(self._weight)).astype(np.float64)
        self._report_repeats(first, which)
        order = np.argsort(first, kind="stable")
        kept = first[order]
        names = list(self.number)
        return GraphImport(
            format=format,
            directed=directed,
            rows=rows,
            names=names,
            labels=[self.labels.get(i, "") for i in range(len(names))],
            attributes={
                key: [found.get(i, "") for i in range(len(names))] for key, found in self.attributes.items()
            },
            source=source[kept].astype(np.int32),
            target=target[kept].astype(np.int32),
            weight=weight[order],
            skipped=self.skipped,
        )

    def _report_repeats(self, first: NDArray[np.int64], which: NDArray[np.int64]) -> None:
        again = np.ones(which.shape[0], np.bool_)
        again[first] = False
        for row in np.flatnonzero(again):
            before = self._place[int(first[which[row]])]
            self.skip(f"{self.unit} {self._place[int(row)]}", f"It repeats {self.unit} {before}.")


def weight_of(text: str) -> float | None:
    """Return a weight: a finite number from 0; None for anything else."""
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if math.isfinite(weight) and weight >= 0 else None
