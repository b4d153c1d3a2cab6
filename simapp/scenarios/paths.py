"""Changes a scenario by dotted paths: `population.users=500`, `feed.params.weight=2`, `topics=[housing]`."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.scenarios import schema_words
from simapp.scenarios.document import Scenario, as_dict, held_schema, load_scenario
from simapp.scenarios.problems import ScenarioInvalid, ScenarioProblem, show
from simapp.scenarios.yaml_text import read_scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def set_path(scenario: Scenario, assignment: str) -> Scenario:
    """Return the scenario with one `path=value` applied; the value is read as YAML and checked."""
    return set_paths(scenario, [assignment])


def set_paths(scenario: Scenario, assignments: Iterable[str]) -> Scenario:
    """Apply several `path=value` in order, then check once; WrongInput names what does not fit."""
    values: list[tuple[str, Any]] = []
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals or not path.strip():
            msg = f"{assignment[:60]!r} is not an assignment; write path=value, like population.users=500."
            raise WrongInput(msg)
        values.append((path.strip(), _typed(scenario, path.strip(), text)))
    return _apply(scenario, values)


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return the scenario with plain values set at dotted paths, checked as a whole."""
    return _apply(scenario, list(values.items()))


def get_path(scenario: Scenario, path: str) -> Any:
    """Return the plain value at a dotted path; ScenarioInvalid when there is none."""
    here: Any = as_dict(scenario)
    for i, name in enumerate(path.split(".")):
        here = _child(here, name, path, i)
    return here


def _typed(scenario: Scenario, path: str, text: str) -> Any:
    """Read `text` as YAML, unless the field holds text: then 123 and true are text as well."""
    kind, may_be_nothing = _kind_at(scenario, path)
    if kind == "string":
        unquoted = read_scalar(text)
        if unquoted is None and may_be_nothing and text.strip():
            return None
        return unquoted if isinstance(unquoted, str) else text
    return read_scalar(text)


def _kind_at(scenario: Scenario, path: str) -> tuple[str, bool]:
    """Return the JSON type that the schema gives for a path ("" when it cannot say), and whether it may be null."""
    root = held_schema()
    schema = schema_words.resolve(root, root)
    here: Any = as_dict(scenario)
    for name in path.split("."):
        if "oneOf" in schema and isinstance(here, dict):
            mapping = schema["discriminator"]["mapping"]
            schema = schema_words.resolve({"$ref": mapping[here["kind"]]}, root)
        if isinstance(here, list):
            here = here[int(name)] if name.isdecimal() and int(name) < len(here) else None
            schema = schema.get("items", {})
        else:
            here = here.get(name) if isinstance(here, dict) else None
            schema = schema_words.member(schema, name)
        schema = schema_words.resolve(schema, root)
    return str(schema.get("type", "")), bool(schema.get("nullable"))


def _apply(scenario: Scenario, values: list[tuple[str, Any]]) -> Scenario:
    data = as_dict(scenario)
    for path, value in values:
        names = path.split(".")
        here: Any = data
        for i, name in enumerate(names[:-1]):
            here = _child(here, name, path, i)
        _put(here, names[-1], path, copy.deepcopy(value))
    return load_scenario(data)


def _put(here: Any, name: str, path: str, value: Any) -> None:
    if isinstance(here, list):
        if name.isdecimal() and len(name) < 7 and int(name) <= len(here):
            here[int(name) : int(name) + 1] = [value]
            return
        raise ScenarioInvalid([_no_item(path, name, here)])
    if not isinstance(here, dict):
        raise ScenarioInvalid([_no_field(path, name, here)])
    if name == "kind" and here.get("kind") != value:
        # Another kind of the same union: what it does not know goes, what it shares stays.
        keep = _fields_of(here, value)
        if keep is not None:
            for gone in set(here) - keep:
                del here[gone]
    here[name] = value


def _fields_of(here: dict[str, Any], kind: Any) -> set[str] | None:
    """Return the field names of union member `kind` beside the kind of `here`, if there is one."""
    root = held_schema()
    for schema in _unions(root):
        mapping = schema["discriminator"]["mapping"]
        if here.get("kind") in mapping and kind in mapping:
            members = schema_words.resolve({"$ref": mapping[here["kind"]]}, root)["properties"]
            if set(here) <= set(members):
                return set(schema_words.resolve({"$ref": mapping[kind]}, root)["properties"])
    return None


def _unions(node: Any) -> Iterable[dict[str, Any]]:
    if isinstance(node, dict):
        if "discriminator" in node:
            yield node
        for child in node.values():
            yield from _unions(child)
    elif isinstance(node, list):
        for child in node:
            yield from _unions(child)


def _child(here: Any, name: str, path: str, i: int) -> Any:
    upto = ".".join(path.split(".")[: i + 1])
    if isinstance(here, list):
        if name.isdecimal() and len(name) < 7 and int(name) < len(here):
            return here[int(name)]
        raise ScenarioInvalid([_no_item(upto, name, here)])
    if isinstance(here, dict):
        if name in here:
            return here[name]
        raise ScenarioInvalid([ScenarioProblem.unknown(upto, None, here)])
    raise ScenarioInvalid([_no_field(upto, name, here)])


def _no_field(path: str, name: str, here: Any) -> ScenarioProblem:
    parent = path.rpartition(".")[0]
    message = f"{parent} is {show(here)}, not a group of fields; it has no field {name[:60]}."
    return ScenarioProblem(path, here, message, "a path that ends at a field")


def _no_item(path: str, name: str, here: list[Any]) -> ScenarioProblem:
    accepted = f"an item from 0 to {len(here) - 1}" if here else "nothing: the list is empty"
    return ScenarioProblem(path, name, f"{path} does not exist; the list has {len(here)} items.", accepted)
