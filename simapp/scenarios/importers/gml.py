"""GML: nested `key value` pairs (Himsolt 1997, "GML: A portable graph file format").

Edges may repeat without the file saying so, as in the political blogs of Adamic & Glance.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.graph_findings import MAX_NAME, GraphImport, GraphRows, weight_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKENS = re.compile(r'"(?P<text>[^"]*)"|(?P<mark>[\[\]])|(?P<word>[^\s\[\]"#][^\s\[\]"]*)')
_REMARKS = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_WEIGHTS = ("weight", "value")
MAX_DEPTH = 64
Pairs = dict[str, str]


def read_gml(text: str) -> GraphImport:
    """Return the graph of a GML file; WrongInput when it cannot be read as one."""
    rows = GraphRows("edge")
    header: Pairs = {}
    links: list[Pairs] = []
    for kind, pairs in _parts(_REMARKS.sub("", text)):
        if kind == "node":
            _node(rows, pairs)
        elif kind == "edge":
            links.append(pairs)
        elif kind == "graph":
            header = pairs
    for place, pairs in enumerate(links):
        _edge(rows, place, pairs)
    return rows.finish("gml", directed=header.get("directed", "0") == "1", rows=len(links))


def _parts(text: str) -> Iterator[tuple[str, Pairs]]:
    """Yield ("node" or "edge", its own pairs) of the first graph, and its own pairs as ("graph", ...) at its end."""
    path: list[tuple[str, Pairs]] = []
    key = ""
    for found in _TOKENS.finditer(text):
        mark, word, quoted = found["mark"], found["word"], found["text"]
        if mark == "[":
            if not key or len(path) >= MAX_DEPTH:
                raise WrongInput(f"The GML file has a bracket that opens nothing, or too deep, {_at(text, found)}.")
            path.append((key, {}))
            key = ""
        elif mark == "]":
            if not path or key:
                raise WrongInput(f"The GML file has a bracket too many or a key without a value {_at(text, found)}.")
            kind, pairs = path.pop()
            if [name for name, _ in path] == ["graph"]:
                yield kind, pairs
            elif kind == "graph" and not path:
                yield kind, pairs
                return
        elif key:
            if path:
                path[-1][1].setdefault(key, word if word is not None else html.unescape(quoted))
            key = ""
        elif quoted is not None:
            raise WrongInput(f"The GML file has a text where a key should be {_at(text, found)}.")
        else:
            key = word.lower()
    raise WrongInput("The GML file ends before its graph does.")


def _at(text: str, found: re.Match[str]) -> str:
    return f"at line {text.count(chr(10), 0, found.start()) + 1}"


def _node(rows: GraphRows, pairs: Pairs) -> None:
    name = pairs.get("id", "")
    if not name or len(name) > MAX_NAME:
        rows.skip(f"node {len(rows.number)}", "It has no id.")
        return
    if name in rows.number:
        rows.skip(f"node {name}", "Its id is taken already.")
        return
    node = rows.node(name)
    rows.labels[node] = pairs.get("label", "")[:MAX_NAME]
    for key, value in pairs.items():
        if key not in ("id", "label"):
            rows.describe(node, key, value)


def _edge(rows: GraphRows, place: int, pairs: Pairs) -> None:
    ends = [pairs.get(key, "") for key in ("source", "target")]
    unknown = next((name for name in ends if name not in rows.number), None)
    if unknown is not None:
        rows.skip(f"edge {place}", f"It names the node {unknown[:40]}, which the file does not have.")
        return
    given = next((pairs[key] for key in _WEIGHTS if key in pairs), "1")
    weight = weight_of(given)
    if weight is None:
        rows.skip(f"edge {place}", f"Its weight is {given[:40]}, not a number from 0.")
        return
    rows.edge(place, rows.number[ends[0]], rows.number[ends[1]], weight)
