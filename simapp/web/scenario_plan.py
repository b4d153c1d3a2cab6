"""The form of a scenario as a tree, grown from the document's JSON Schema.

A new field of the document appears in the form, with its range, unit, help and source, without a line here.
Each leaf is one input whose text stands for one value; what is too rich for one input (lists of groups, named
numbers) is a small YAML text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from simapp.scenarios import schema_words
from simapp.scenarios.document import json_schema


@dataclass(frozen=True)
class Leaf:
    """One input. path: dotted place in the document. name: of the input; differs inside a union's member.

    kind: integer, number, text, longtext, choice, yes (a box to tick), maybe (yes, no or empty), checks
    (boxes), words and numbers (commas between), yaml, people (the file that people come from).
    """

    path: str
    name: str
    kind: str
    label: str
    help: str
    accepted: str
    unit: str = ""
    source: str = ""
    options: tuple[str, ...] = ()
    nullable: bool = False
    longest: int = 0
    default: Any = None


@dataclass(frozen=True)
class Group:
    """Fields that belong together."""

    path: str
    label: str
    help: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Union:
    """One of several groups, chosen by a `kind` that is an input of its own. members: tag -> its group."""

    path: str
    name: str
    label: str
    help: str
    accepted: str
    members: dict[str, Group] = field(default_factory=dict)


Part = Leaf | Group | Union


@cache
def plan() -> Group:
    """Return the whole form."""
    root = json_schema()
    return Group("", "", "", _parts(root, root, "", ""))


def _parts(schema: dict[str, Any], root: dict[str, Any], path: str, name: str) -> tuple[Part, ...]:
    found = []
    for key, raw in schema.get("properties", {}).items():
        inner = schema_words.resolve(raw, root)
        if "const" in inner:
            continue
        found.append(_part(inner, root, key, f"{path}.{key}".lstrip("."), f"{name}.{key}".lstrip(".")))
    return tuple(found)


def _part(schema: dict[str, Any], root: dict[str, Any], key: str, path: str, name: str) -> Part:
    label, about = _label(key), schema.get("description", "").split("\n\n")[0]
    if "oneOf" in schema:
        members = {}
        for tag, target in schema["discriminator"]["mapping"].items():
            member = schema_words.resolve({"$ref": target}, root)
            words = member.get("description", "").split("\n\n")[0].replace("\n", " ")
            members[tag] = Group(path, _label(tag), words, _parts(member, root, path, f"{name}@{tag}"))
        order = [schema_words.resolve(one, root)["properties"]["kind"]["const"] for one in schema["oneOf"]]
        members = {tag: members[tag] for tag in order}
        return Union(path, f"{name}.kind", label, about, schema_words.tags(schema), members)
    if schema.get("type") == "object" and "properties" in schema and not schema.get("nullable"):
        return Group(path, label, about, _parts(schema, root, path, name))
    unit = str(schema.get("unit", ""))
    return Leaf(
        path=path,
        name=name,
        kind=_kind(schema, root, path),
        label=label,
        help=about,
        accepted=schema_words.in_words(schema, root),
        unit="" if unit == key else unit,
        source=schema.get("source", ""),
        options=_options(schema, root),
        nullable=bool(schema.get("nullable")),
        longest=schema.get("maxLength", 0),
        default=schema.get("default"),
    )


def _kind(schema: dict[str, Any], root: dict[str, Any], path: str) -> str:
    kind = schema.get("type", "")
    if path == "population.people":
        return "people"
    if "enum" in schema:
        return "choice"
    if kind == "boolean":
        return "maybe" if schema.get("nullable") else "yes"
    if kind in {"integer", "number"} and not schema.get("nullable"):
        return str(kind)
    if kind == "string":
        return "longtext" if schema.get("maxLength", 0) > 200 else "text"
    if kind == "array":
        inner = schema_words.resolve(schema.get("items", {}), root)
        if "enum" in inner:
            return "checks"
        return {"string": "words", "number": "numbers"}.get(inner.get("type", ""), "yaml")
    return "yaml"


def _options(schema: dict[str, Any], root: dict[str, Any]) -> tuple[str, ...]:
    source = schema if "enum" in schema else schema_words.resolve(schema.get("items", {}), root)
    return tuple(str(value) for value in source.get("enum", ()))


# Models that carry their authors' names.
_NAMED_AFTER = {"barabasi_albert": "Barab\u00e1si\u2013Albert", "watts_strogatz": "Watts\u2013Strogatz"}


def spoken(key: str) -> str:
    """Return the words of a key: those of its authors' names, or its own without underscores."""
    return _NAMED_AFTER.get(key, key.replace("_", " "))


def _label(key: str) -> str:
    words = spoken(key)
    return words if len(words) <= 2 else words[0].upper() + words[1:]
