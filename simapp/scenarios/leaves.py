"""A scenario document as (path, value) pairs: for telling two of them apart, and for choosing what to change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def flat(document: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return dotted path -> plain value. Lists of groups are taken apart by place; other lists are one value.

    Paths are those of `simapp.scenarios.paths`.
    """
    found: dict[str, Any] = {}
    for name, value in document.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping) and value:
            found.update(flat(value, f"{path}."))
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            found.update({f"{path}.{i}": item for i, item in enumerate(value)})
        else:
            found[path] = value
    return found


def written(value: Any) -> str:
    """Return a value as one line that `path=value` takes: plain text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
