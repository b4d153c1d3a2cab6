"""GraphML (Brandes et al. 2002) and GEXF (Gephi, versions 1.1 to 1.3), read as a stream of elements."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.etree import ElementTree

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.graph_findings import MAX_NAME, GraphImport, GraphRows, weight_of

# Entities could make a small file endless; neither format needs a document type.
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def read_graph_xml(content: bytes) -> GraphImport:
    """Return the graph of a GraphML or GEXF file; WrongInput when it cannot be read as one."""
    if _DOCTYPE.search(content):
        raise WrongInput("The XML file declares a document type or entities; that is not accepted.")
    reader = _Reader()
    try:
        for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):  # noqa: S314 - no entities
            name = element.tag.rpartition("}")[2]
            if event == "start":
                reader.begin(name, element)
            else:
                reader.end(name, element)
                if name in ("node", "edge"):
                    element.clear()
    except ElementTree.ParseError as error:
        line, column = error.position
        raise WrongInput(f"The file is not valid XML at line {line}, column {column}.") from None
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.rows = GraphRows("edge")
        self.format = ""
        self.directed: bool | None = None
        self.keys: dict[str, str] = {}
        self.graphs = self.edges = 0
        self.late: list[tuple[int, str, str, str, str]] = []

    def begin(self, name: str, element: Any) -> None:
        if name in ("graphml", "gexf") and not self.format:
            self.format = name
        elif name == "graph":
            self.graphs += 1
            if self.graphs > 1:
                raise WrongInput("The file holds more than one graph; one is read.")
            kind = element.get("edgedefault") or element.get("defaultedgetype") or "undirected"
            self.directed = kind == "directed"

    def end(self, name: str, element: Any) -> None:
        if name in ("key", "attribute"):
            title = element.get("attr.name") or element.get("title") or element.get("id") or ""
            self.keys[element.get("id") or ""] = title
        elif name == "node":
            self._node(element)
        elif name == "edge":
            kind = element.get("type") or element.get("directed") or ""
            known = {"directed": True, "true": True, "undirected": False, "false": False}.get(kind)
            other = "other" if known is not None and known != self.directed else ""
            self.late.append(
                (
                    self.edges,
                    element.get("source") or "",
                    element.get("target") or "",
                    element.get("weight") or self._data(element).get("weight", "1"),
                    other,
                )
            )
            self.edges += 1

    def _data(self, element: Any) -> dict[str, str]:
        found = {}
        for part in element.iter():
            name = part.tag.rpartition("}")[2]
            if name == "data":
                found[self.keys.get(part.get("key") or "", part.get("key") or "")] = (part.text or "").strip()
            elif name == "attvalue":
                key = part.get("for") or part.get("id") or ""
                found[self.keys.get(key, key)] = part.get("value") or ""
        return found

    def _node(self, element: Any) -> None:
        name = element.get("id") or ""
        if not name or len(name) > MAX_NAME or name in self.rows.number:
            why = (
                "Its id is taken already."
                if name in self.rows.number
                else "It has no id, or one that is too long."
            )
            self.rows.skip(f"node {name[:40] or len(self.rows.number)}", why)
            return
        node = self.rows.node(name)
        data = self._data(element)
        self.rows.labels[node] = (element.get("label") or data.get("label", ""))[:MAX_NAME]
        for key, value in data.items():
            if key != "label":
                self.rows.describe(node, key, value)

    def finish(self) -> GraphImport:
        """Return the graph. Edges may stand before their nodes, so they are resolved here."""
        if not self.format or self.directed is None:
            raise WrongInput("The XML file is neither GraphML nor GEXF with a graph in it.")
        rows = self.rows
        for place, source, target, given, other in self.late:
            weight = weight_of(given)
            unknown = next((name for name in (source, target) if name not in rows.number), None)
            if unknown is not None:
                rows.skip(f"edge {place}", f"It names the node {unknown[:40]}, which the file does not have.")
            elif weight is None:
                rows.skip(f"edge {place}", f"Its weight is {given[:40]}, not a number from 0.")
            elif other and not self.directed:
                rows.skip(f"edge {place}", "It is directed in a graph that is not.")
            else:
                rows.edge(place, rows.number[source], rows.number[target], weight)
                if other:
                    # An undirected edge in a directed graph goes both ways.
                    rows.edge(place, rows.number[target], rows.number[source], weight)
        return rows.finish(self.format, directed=self.directed, rows=self.edges)
