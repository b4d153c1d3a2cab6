"""Where in a YAML text each field stands, so that a fault can name its line."""

from __future__ import annotations

from typing import Any

import yaml

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.yaml_text import MAX_BYTES, read_text

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def lines_of(text: str) -> dict[str, int]:
    """Return dotted path -> line, counted from 1; empty for text that is no YAML document that is read."""
    if len(text) > MAX_BYTES:
        return {}
    try:
        # Refuses what must not be composed: aliases that stand for gigabytes, deep nesting.
        read_text(text)
        root = yaml.compose(text, Loader=_Loader)
    except (WrongInput, ValueError, RecursionError, yaml.YAMLError):
        return {}
    found: dict[str, int] = {}
    _walk(root, "", found)
    return found


def line_of(path: str, lines: dict[str, int]) -> int | None:
    """Return the line of a path or of the nearest group around it."""
    while path:
        if path in lines:
            return lines[path]
        path = path.rpartition(".")[0]
    return None


def _walk(node: Any, path: str, found: dict[str, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{path}.{key.value}".lstrip(".")
            found[inner] = key.start_mark.line + 1
            _walk(value, inner, found)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            found[f"{path}.{i}"] = value.start_mark.line + 1
            _walk(value, f"{path}.{i}", found)
