"""Checks that data from outside holds plain JSON values only, before a model sees it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from simapp.scenarios.problems import ScenarioProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 20
MAX_VALUES = 100_000


def plain_problems(data: Any) -> list[ScenarioProblem]:
    """Return a problem per value that is no finite JSON value; stops at the first 20."""
    found: list[ScenarioProblem] = []
    for count, (path, value, accepted) in enumerate(_walk(data, "", 0)):
        if accepted:
            found.append(ScenarioProblem.wrong(path, value, accepted))
        if count > MAX_VALUES:
            found.append(
                ScenarioProblem.wrong(path, "beyond the limit", f"part of at most {MAX_VALUES} values")
            )
        if len(found) >= 20 or count > MAX_VALUES:
            break
    return found


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any, str]]:
    if depth > MAX_DEPTH:
        yield path, "nested too deeply", f"nested at most {MAX_DEPTH} levels deep"
        return
    if isinstance(value, dict):
        yield path, value, ""
        for key, item in value.items():
            if not isinstance(key, str):
                yield _join(path, str(key)), key, "named by text"
            elif _has_surrogate(key):
                yield path, key.encode("ascii", "backslashreplace").decode(), "named by valid Unicode text"
            else:
                yield from _walk(item, _join(path, key), depth + 1)
    elif isinstance(value, list | tuple):
        yield path, value, ""
        for i, item in enumerate(value):
            yield from _walk(item, _join(path, str(i)), depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, value, "a finite number"
    elif isinstance(value, str) and _has_surrogate(value):
        yield path, value.encode("ascii", "backslashreplace").decode(), "valid Unicode text"
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        yield path, "too large a number", "a number below 2**63"
    elif value is None or isinstance(value, bool | int | float | str):
        yield path, value, ""
    else:
        yield path, type(value).__name__, "a number, text, true, false, null, a list or a group of fields"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
