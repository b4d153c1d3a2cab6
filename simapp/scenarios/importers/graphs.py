"""Reads a file of a graph whose format is found out from its content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simapp.scenarios.importers.edge_lines import read_edge_lines
from simapp.scenarios.importers.gml import read_gml
from simapp.scenarios.importers.graph_xml import read_graph_xml
from simapp.scenarios.importers.packed import as_text, unpack

if TYPE_CHECKING:
    from simapp.scenarios.importers.graph_findings import GraphImport

_GML = re.compile(r"^\s*graph\s*\[", re.MULTILINE)


def read_graph(data: bytes) -> GraphImport:
    """Return the graph in a file, gzip or plain: lines `u v [weight]`, GML, GraphML or GEXF.

    Raises WrongInput with one sentence when the file cannot be used at all; single rows that cannot be used
    are listed in the result's `skipped`.
    """
    content = unpack(data)
    text = as_text(content)
    if text.lstrip().startswith("<"):
        return read_graph_xml(content)
    if _GML.search(text):
        return read_gml(text)
    return read_edge_lines(text)
