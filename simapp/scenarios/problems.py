"""Turns validation errors into sentences that name the field, its value and what would be accepted."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.scenarios import schema_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class ScenarioProblem:
    """One fault: dotted `path` of the field, its `value`, the whole sentence, and what is accepted."""

    path: str
    value: Any
    message: str
    accepted: str

    @classmethod
    def wrong(cls, path: str, value: Any, accepted: str) -> ScenarioProblem:
        """A value that is not accepted."""
        shown = value if isinstance(value, _Words) else show(value)
        return cls(path, value, f"{path or 'The scenario'} is {shown}; it must be {accepted}.", accepted)

    @classmethod
    def missing(cls, path: str, accepted: str) -> ScenarioProblem:
        """A required field that is not there."""
        return cls(path, None, f"{path} is missing; it must be {accepted}.", accepted)

    @classmethod
    def unknown(cls, path: str, value: Any, known: Iterable[str]) -> ScenarioProblem:
        """A field that does not exist; the nearest known names are suggested."""
        parent, _, name = path.rpartition(".")
        names = list(known)
        near = _nearest(name, names)
        full = [f"{parent}.{n}" if parent else n for n in (near or names)]
        if near:
            accepted = f"did you mean {' or '.join(full)}?"
        else:
            accepted = f"known fields: {', '.join(full)}."
        return cls(path, value, f"{path} is not a known field; {accepted}", accepted)

    @classmethod
    def whole(cls, value: Any) -> ScenarioProblem:
        """A document that is no mapping."""
        return cls.wrong("", value, "a group of fields such as title, population and clock")


class ScenarioInvalid(WrongInput):
    """A scenario that was refused; `problems` lists why, the text joins their sentences."""

    def __init__(self, problems: list[ScenarioProblem]) -> None:
        self.problems = problems
        super().__init__(" ".join(format_problems(problems)))


def _nearest(name: str, known: list[str]) -> list[str]:
    """Return the known names most like `name`, those clearly less alike than the best left out."""
    alike = {k: difflib.SequenceMatcher(None, name, k).ratio() for k in known}
    best = max(alike.values(), default=0.0)
    near = [k for k in known if alike[k] >= max(0.6, best - 0.1)]
    return sorted(near, key=lambda k: -alike[k])[:3]


class _Words(str):
    """A value that is already worded (shown without quotes)."""

    __slots__ = ()


def format_problems(problems: Iterable[ScenarioProblem]) -> list[str]:
    """Return one sentence per problem."""
    return [problem.message for problem in problems]


def show(value: Any) -> str:
    """Return a short rendering of a value for a sentence."""
    if isinstance(value, dict):
        return "a group of fields" if value else "an empty group"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, str) and len(value) > 60:
        return json.dumps(value[:57], ensure_ascii=False) + f"... ({len(value)} characters)"
    if value is None:
        return "empty"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def problems_from(error: ValidationError, schema: dict[str, Any]) -> list[ScenarioProblem]:
    """Return the problems of a pydantic error, in document order, each field once."""
    found: dict[str, ScenarioProblem] = {}
    counted: list[str] = []
    for fault in error.errors(include_url=False):
        for problem in _problems_of(fault, schema):
            found.setdefault(problem.path, problem)
            if fault["type"] == "too_short":
                counted.append(problem.path)
    # A list whose items are faulty is also called too short, because they were left out of the count.
    for path in counted:
        if any(other.startswith(f"{path}.") for other in found):
            found.pop(path, None)
    return list(found.values())


def _problems_of(fault: Any, schema: dict[str, Any]) -> list[ScenarioProblem]:
    kind, ctx, value = fault["type"], fault.get("ctx", {}), fault["input"]
    spot = schema_words.locate(schema, fault["loc"])
    path = spot.path
    if fault["loc"] and fault["loc"][-1] == "[key]":
        parent, _, name = path.rpartition(".")
        accepted = "lower-case letters, digits and _, starting with a letter, at most 60"
        message = f"{parent} has the name {show(name)}; a name must be {accepted}."
        return [ScenarioProblem(path, value, message, accepted)]
    if kind == "cross_many":
        return list(ctx["problems"])
    if kind == "cross":
        inner = ".".join(p for p in (path, ctx["path"]) if p)
        worded = _Words(ctx["value"]) if isinstance(ctx["value"], str) else ctx["value"]
        return [ScenarioProblem.wrong(inner, worded, ctx["accepted"])]
    if kind == "extra_forbidden":
        return [ScenarioProblem.unknown(path, value, spot.siblings)]
    if kind == "missing":
        return [ScenarioProblem.missing(path, spot.accepted)]
    if kind == "union_tag_not_found":
        return [ScenarioProblem.missing(f"{path}.kind", schema_words.tags(spot.schema))]
    if kind == "union_tag_invalid":
        return [ScenarioProblem.wrong(f"{path}.kind", ctx["tag"], schema_words.tags(spot.schema))]
    if kind == "text":
        return [ScenarioProblem.wrong(path, value, fault["msg"])]
    return [ScenarioProblem.wrong(path, value, spot.accepted or fault["msg"])]
