"""Reads a file of people whose format is found out from its content."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.findings import MAX_BYTES, PeopleImport
from simapp.scenarios.importers.graph_people import read_graph_people
from simapp.scenarios.importers.oasis_reddit import read_oasis_reddit
from simapp.scenarios.importers.oasis_x import read_oasis_x
from simapp.scenarios.importers.people_rows import is_people_rows, read_people_rows


def read_people(data: bytes, *, name: str = "", limit: int = MAX_BYTES, graph: bool = False) -> PeopleImport:
    """Return the people in a file: OASIS's X CSV, OASIS's Reddit JSON, a mapped table or, with `graph`, a graph.

    `name` is kept for people and decides nothing; `limit` is the largest size in bytes. Raises
    WrongInput with one sentence when the file cannot be used at all; single rows that cannot be used
    are listed in the result's `skipped`.
    """
    if graph:
        return read_graph_people(data, name=name, limit=limit)
    text = _decode(data, limit)
    sha256 = hashlib.sha256(data).hexdigest()
    found = _json(text)
    if found is None:
        return read_oasis_x(text, name=name, sha256=sha256)
    if is_people_rows(found[0]):
        return read_people_rows(found[0], name=name, sha256=sha256)
    if not isinstance(found[0], list):
        kind = {dict: "an object", str: "a string", type(None): "null", bool: "true or false"}
        what = kind.get(type(found[0]), "a number")
        msg = f"The JSON file holds {what}; it must hold a list of users."
        raise WrongInput(msg)
    return read_oasis_reddit(found[0], name=name, sha256=sha256)


def _decode(data: bytes, limit: int) -> str:
    if len(data) > limit:
        msg = f"The file has {len(data)} bytes; at most {limit} are accepted."
        raise WrongInput(msg)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"The file is not text in UTF-8 (byte {error.start})."
        raise WrongInput(msg) from None
    if b"\0" in data:
        msg = f"The file holds a NUL byte (at byte {data.index(0)}); it must be text in UTF-8."
        raise WrongInput(msg)
    if not text.strip():
        msg = "The file is empty."
        raise WrongInput(msg)
    return text


def _json(text: str) -> tuple[Any] | None:
    """Return the JSON value in a tuple, or None when the text is meant to be CSV."""
    looks = text.lstrip()[:1] in {"[", "{"}
    try:
        return (json.loads(text),)
    except json.JSONDecodeError as error:
        if not looks:
            return None
        msg = f"The file is not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        raise WrongInput(msg) from None
    except (ValueError, RecursionError):
        msg = "The JSON file is nested too deeply or holds a number with too many digits."
        raise WrongInput(msg) from None
