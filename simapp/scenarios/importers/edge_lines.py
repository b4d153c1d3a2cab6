"""Edges as lines: `u v [weight]`, blanks, tabs, commas or semicolons between, `#` or `%` for remarks."""

from __future__ import annotations

import re

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.graph_findings import MAX_NAME, GraphImport, GraphRows, weight_of

REMARKS = ("#", "%")
# A first line of two such words is a header; as node names they would be odd company for each other.
_HEADER = {
    *("source", "target", "from", "to", "src", "dst", "u", "v", "follower", "followee", "node1", "node2"),
    *("user", "friend"),
}


def read_edge_lines(text: str) -> GraphImport:
    """Return the directed graph of lines u -> v; lines that are no edge are left out, with their reason.

    WrongInput when no line is an edge.
    """
    rows = GraphRows("line")
    between = _separator(text)
    count = 0
    for place, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(REMARKS):
            continue
        cells = [cell.strip() for cell in line.split(between)] if between else line.split()
        if not count and len(cells) >= 2 and {cells[0].lower(), cells[1].lower()} <= _HEADER:
            continue
        count += 1
        problem = _problem(cells)
        weight = weight_of(cells[2]) if len(cells) == 3 else 1.0
        if problem or weight is None:
            rows.skip(f"line {place}", problem or f"Its weight is {cells[2][:40]}, not a number from 0.")
            continue
        rows.edge(place, rows.node(cells[0]), rows.node(cells[1]), weight)
    if not count:
        msg = "The file has no edge; a graph as lines has `u v` or `u v weight` on each."
        raise WrongInput(msg)
    return rows.finish("edges", directed=True, rows=count)


def is_edge_lines(text: str) -> bool:
    """Whether a text is plainly edges as lines: a header that says so, or two numbers first.
    """
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith(REMARKS)), "")
    if first[:1] in {"[", "{", '"'}:
        return False
    cells = [cell.strip() for cell in re.split(r"[,;]|\s+", first)]
    if len(cells) not in (2, 3):
        return False
    if {cells[0].lower(), cells[1].lower()} <= _HEADER:
        return len(cells) == 2 or cells[2].lower() in {"weight", "w"} or weight_of(cells[2]) is not None
    return cells[0].isdecimal() and cells[1].isdecimal()


def _separator(text: str) -> str | None:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith(REMARKS):
            return next((mark for mark in (",", ";") if mark in line), None)
    return None


def _problem(cells: list[str]) -> str:
    if len(cells) not in (2, 3):
        found = "1 word" if len(cells) == 1 else f"{len(cells)} words"
        return f"It has {found}; an edge is `u v` or `u v weight`."
    if not cells[0] or not cells[1]:
        return "It names a node without a name."
    if max(len(cells[0]), len(cells[1])) > MAX_NAME:
        return f"It names a node in more than {MAX_NAME} characters."
    return ""
