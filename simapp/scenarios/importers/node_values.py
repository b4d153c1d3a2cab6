"""Values of a graph's nodes: a CSV with a header, node and label (sides) or node and value (opinions)."""

from __future__ import annotations

import html
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.graph_findings import LeftOut
from simapp.scenarios.importers.packed import as_text, unpack
from simapp.scenarios.importers.table_csv import csv_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.scenarios.importers.graph_findings import GraphImport

NODE = ("node", "id", "user", "name")
LABEL = ("label", "side", "group", "camp", "community")
VALUE = ("value", "opinion", "x", "leaning", "stance")
MAX_SIDES = 1000


@dataclass(frozen=True)
class NodeLabels:
    """side int32[N]: index into `labels` (sorted), -1 for a node without one."""

    labels: list[str]
    side: NDArray[np.int32]
    skipped: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True)
class NodeValues:
    """value float64[N] in [-1, 1], NaN for a node without one."""

    value: NDArray[np.float64]
    skipped: list[LeftOut] = field(default_factory=list)


def read_sides(data: bytes, graph: GraphImport) -> NodeLabels:
    """Return the side of each node. Blank labels are none; WrongInput when no row names a node of the graph."""
    given, skipped = _rows(data, graph, LABEL)
    return sides_from({node: text for node, text in given.items() if text}, graph.nodes, skipped)


def sides_from(given: dict[int, str], nodes: int, skipped: list[LeftOut]) -> NodeLabels:
    """Return sides by label; WrongInput with more than MAX_SIDES of them."""
    labels = sorted(set(given.values()))
    if len(labels) > MAX_SIDES:
        msg = f"The sides have {len(labels)} different labels; at most {MAX_SIDES} are accepted."
        raise WrongInput(msg)
    number = {label: i for i, label in enumerate(labels)}
    side = np.full(nodes, -1, np.int32)
    for node, text in given.items():
        side[node] = number[text]
    return NodeLabels(labels, side, skipped)


def read_opinions(data: bytes, graph: GraphImport) -> NodeValues:
    """Return the opinion of each node; values outside [-1, 1] are left out with their reason."""
    given, skipped = _rows(data, graph, VALUE)
    value = np.full(graph.nodes, np.nan)
    for node, text in given.items():
        try:
            opinion = float(text)
        except ValueError:
            opinion = math.nan
        if -1.0 <= opinion <= 1.0:
            value[node] = opinion
        else:
            skipped.append(
                LeftOut(f"node {graph.names[node]}", f"Its value is {text[:40] or 'empty'}, not in [-1, 1].")
            )
    if np.isnan(value).all():
        why = f" ({skipped[0]})" if skipped else ""
        raise WrongInput(f"The file has no value in [-1, 1] for any node{why}.")
    return NodeValues(value, skipped)


def _rows(data: bytes, graph: GraphImport, wanted: tuple[str, ...]) -> tuple[dict[int, str], list[LeftOut]]:
    """Return (text by node, what was left out). Nodes go by name, or by label where more of these fit."""
    lines = list(csv_rows(as_text(unpack(data))))
    header = [cell.strip().lower() for cell in lines[0][1]]
    if len(header) < 2:
        raise WrongInput(f"The header is {header[0][:40]!r}; a CSV with node and {wanted[0]} is needed.")
    at_node = next((header.index(word) for word in NODE if word in header), None)
    at_value = next((header.index(word) for word in wanted if word in header), None)
    if at_node is not None and at_value is None and len(header) == 2:
        at_value = 1 - at_node
    if at_node is None or at_value is None:
        found = ", ".join(cell[:40] for cell in header[:12])
        raise WrongInput(f"The file has no columns node and {wanted[0]} (found: {found}).")
    rows, skipped = [], []
    for place, cells in lines[1:]:
        if len(cells) != len(header):
            skipped.append(
                LeftOut(f"line {place}", f"It has {len(cells)} cells; the header has {len(header)}.")
            )
        else:
            rows.append((place, _plain(cells[at_node]), cells[at_value].strip()))
    nodes = _nodes(graph, [name for _, name, _ in rows])
    given: dict[int, str] = {}
    used: Counter[str] = Counter()
    for place, name, text in rows:
        known = nodes.get(name)
        if known is None:
            skipped.append(LeftOut(f"line {place}", f"The graph has no node {name[:40]}."))
        elif used[name] >= len(known):
            skipped.append(LeftOut(f"line {place}", f"The node {name[:40]} was named before."))
        else:
            # Several nodes may bear one label: rows go to them in turn, the last one to all that are left.
            given.update(dict.fromkeys(known[used[name] :], text))
            used[name] += 1
    if not given:
        why = f" ({skipped[0]})" if skipped else ""
        raise WrongInput(f"The file names no node of the graph{why}.")
    return given, skipped


def _nodes(graph: GraphImport, wanted: list[str]) -> dict[str, list[int]]:
    """Return nodes by name, or by label where more of the wanted words are labels."""
    by_name = {_plain(name): [i] for i, name in enumerate(graph.names)}
    by_label: dict[str, list[int]] = {}
    for i, label in enumerate(graph.labels):
        if label:
            by_label.setdefault(_plain(label), []).append(i)
    fits_label = sum(word in by_label for word in wanted) > sum(word in by_name for word in wanted)
    return by_label if fits_label else by_name


def _plain(name: str) -> str:
    # GML may write an ampersand as an entity, and names may end in blanks: neither tells two nodes apart.
    return html.unescape(name).strip()
