"""A file that somebody hands in, whatever it is: people, a graph, or a table whose columns must be named first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.runs.uploads import hold_table, store_upload
from simapp.scenarios.importers.columns import read_columns
from simapp.scenarios.importers.edge_lines import is_edge_lines
from simapp.scenarios.importers.mapping import GRAPH, mapped
from simapp.scenarios.importers.packed import as_text, unpack
from simapp.scenarios.importers.people import read_people

if TYPE_CHECKING:
    from simapp.models import Upload
    from simapp.scenarios.importers.mapping import Kind

_GRAPH = re.compile(r"^\s*(?:<|graph\s*\[|Creator\b)", re.MULTILINE)


def take_file(*, owner: Any, name: str, data: bytes) -> tuple[Upload, bool]:
    """Keep a file; return it and whether its columns must be named. WrongInput keeps nothing."""
    if _is_graph(data):
        return store_upload(owner=owner, name=name, data=data, graph=True)[0], False
    try:
        read_people(data, name=name)
    except WrongInput as problem:
        try:
            read_columns(data, most=1)
        except WrongInput as no_table:
            # A list or lines that are no table either: what is said of tables says more than OASIS's columns.
            raise (no_table if "no column" in str(problem) else problem) from None
        return hold_table(owner=owner, name=name, data=data), True
    return store_upload(owner=owner, name=name, data=data)[0], False


def store_mapped(*, owner: Any, name: str, data: bytes, kind: Kind, roles: list[str]) -> Upload:
    """Keep what a table says once its columns are named; WrongInput keeps nothing."""
    content = mapped(read_columns(data), kind, roles)
    upload, _ = store_upload(owner=owner, name=name, data=content, graph=kind == GRAPH)
    return upload


def _is_graph(data: bytes) -> bool:
    try:
        text = as_text(unpack(data))
    except WrongInput:
        return False
    return bool(_GRAPH.match(text)) or is_edge_lines(text)
