"""YAML and JSON text, read defensively: small, no aliases, no repeated keys, YAML 1.2 scalars."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from simapp.engine.core.errors import WrongInput

MAX_BYTES = 1_000_000
MAX_DEPTH = 20

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOL = re.compile(r"^(?:true|false)$")
_NULL = re.compile(r"^(?:~|null|)$")
_INT = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|^[-+]?\.inf$|^\.nan$")


class _Reader(_Loader):
    """Safe loader with the scalars of YAML 1.2's core schema: dates, yes/no and 1:30 stay text."""


_Reader.yaml_implicit_resolvers = {}
_Reader.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOL, list("tf"))
_Reader.add_implicit_resolver("tag:yaml.org,2002:null", _NULL, ["~", "n", ""])
_Reader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
_Reader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        where = f"line {key_node.start_mark.line + 1}"
        if not isinstance(key, str):
            msg = f"The key on {where} is not text; every field name must be text."
            raise WrongInput(msg)
        if key in found:
            msg = f"The field {key[:60]!r} on {where} appears twice; keep one of them."
            raise WrongInput(msg)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _number(loader: Any, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    if len(text) > 40:
        msg = f"The number on line {node.start_mark.line + 1} has {len(text)} digits; at most 40 are read."
        raise WrongInput(msg)
    return int(text)


def _float(loader: Any, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node).replace(".inf", "inf").replace(".nan", "nan"))


_Reader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Reader.add_constructor("tag:yaml.org,2002:int", _number)
_Reader.add_constructor("tag:yaml.org,2002:float", _float)


class _Writer(yaml.SafeDumper):
    """Safe dumper that quotes whatever YAML 1.1 or `_Reader` would not read as text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Writer.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))
_Writer.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))


def read_text(content: str | bytes) -> Any:
    """Return the data in YAML or JSON text; WrongInput with one sentence when it cannot be read."""
    if len(content) > MAX_BYTES:
        msg = f"The scenario has {len(content)} bytes; at most {MAX_BYTES} are accepted."
        raise WrongInput(msg)
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            msg = f"The scenario is not UTF-8 text (byte {error.start})."
            raise WrongInput(msg) from None
    if not content.strip():
        msg = "The scenario is empty; it must be YAML or JSON with fields such as title and population."
        raise WrongInput(msg)
    if content.lstrip().startswith("{"):
        try:
            return json.loads(content, object_pairs_hook=_pairs)
        except (ValueError, RecursionError):
            pass  # flow-style YAML also begins with a brace
    return _read_yaml(content)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            msg = f"The field {key[:60]!r} appears twice; keep one of them."
            raise WrongInput(msg)
        found[key] = value
    return found


def _read_yaml(content: str) -> Any:
    try:
        _scan(content)
        return yaml.load(content, Loader=_Reader)  # noqa: S506 - _Reader is a safe loader
    except yaml.YAMLError as error:
        raise WrongInput(_sentence(error)) from None
    except (RecursionError, ValueError):
        msg = "The scenario is not valid YAML or JSON."
        raise WrongInput(msg) from None


def _scan(content: str) -> None:
    """Refuse aliases (a few lines can stand for gigabytes), own tags, deep nesting and second documents."""
    depth = documents = 0
    for event in yaml.parse(content, Loader=_Loader):
        mark: Any = event.start_mark
        where = f"line {mark.line + 1}"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            msg = f"The scenario uses a YAML anchor or alias on {where}; write the value out instead."
            raise WrongInput(msg)
        if getattr(event, "tag", None) not in {None, "!"}:
            msg = f"The scenario uses a YAML tag on {where}; only plain values are read."
            raise WrongInput(msg)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                msg = f"The scenario is nested more than {MAX_DEPTH} levels deep on {where}."
                raise WrongInput(msg)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                msg = f"A second YAML document begins on {where}; a file holds one scenario."
                raise WrongInput(msg)


def _sentence(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"The scenario is not valid YAML or JSON{where}: {reason}."


def write_yaml(data: dict[str, Any]) -> str:
    """Return YAML text of plain data, fields in the order given."""
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)


def read_scalar(text: str) -> Any:
    """Return the plain value that `text` stands for as YAML (number, true, [list], {group}), else text."""
    try:
        return _read_yaml(text) if text.strip() else ""
    except WrongInput:
        return text
