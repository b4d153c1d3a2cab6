"""The fields of a scenario that an arm may change, each with its present value and what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simapp.scenarios.document import as_dict
from simapp.scenarios.leaves import written
from simapp.web.scenario_plan import Group, Items, Leaf, Part, Union, plan

if TYPE_CHECKING:
    from simapp.scenarios.document import Scenario

# Words about a scenario, and what an experiment sets for all arms alike.
_NOT = {"title", "question", "source", "expected", "clock.steps", "clock.minutes_per_step", "clock.start", "metrics"}


@dataclass(frozen=True)
class Field:
    """path=value as it is now. kind: integer, number, choice or text. options: of a choice."""

    path: str
    value: str
    kind: str
    options: tuple[str, ...]
    help: str


def fields_of(document: Scenario) -> list[Field]:
    """Return the fields in the order of the scenario form."""
    return [field for field in _fields(plan(), as_dict(document)) if field.path not in _NOT]


def as_json(fields: list[Field]) -> dict[str, Any]:
    """Return path -> what the form's script needs."""
    return {
        one.path: {"value": one.value, "kind": one.kind, "options": list(one.options), "help": one.help}
        for one in fields
    }


def _fields(part: Part, here: Any) -> list[Field]:
    """`here`: what the document has at the part's place."""
    if isinstance(part, Leaf):
        return [] if part.kind == "people" else [_leaf(part, here)]
    found: list[Field] = []
    if isinstance(part, Union):
        kind = str(here["kind"])
        found.append(Field(f"{part.path}.kind", kind, "choice", tuple(part.members), part.help))
        part = part.members[kind]
    if isinstance(part, Items):
        return [Field(part.path, written(here), "text", (), part.help)]
    assert isinstance(part, Group)  # noqa: S101 - a union's members are groups
    for inner in part.parts:
        name = inner.path.rpartition(".")[2]
        if isinstance(here, dict) and name in here:
            found += _fields(inner, here[name])
    return found


def _leaf(leaf: Leaf, value: Any) -> Field:
    if leaf.kind in {"yes", "maybe"}:
        return Field(leaf.path, written(value), "choice", ("true", "false"), leaf.help)
    kind = leaf.kind if leaf.kind in {"integer", "number", "choice"} else "text"
    return Field(leaf.path, written(value), kind, leaf.options if kind == "choice" else (), leaf.help)
