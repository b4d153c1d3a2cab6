"""The form of a scenario as a tree, grown from the document's JSON Schema.

A new field of the document appears in the form, with its range, unit, help and source, without a line here.
Each leaf is one input whose text stands for one value; a list of groups is its items, one group of inputs each; what
is too rich for inputs (named numbers, groups that may be empty) is a small YAML text.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from simapp.scenarios import schema_words
from simapp.scenarios.document import json_schema


@dataclass(frozen=True)
class Leaf:
    """One input. path: dotted place in the document. name: of the input; differs inside a union's member.

    kind: integer, number, scalar (a number or a word), text, longtext, choice, yes (a box to tick), maybe (yes, no or
    empty), checks (boxes), words and numbers (commas between), yaml, people (the file that people come from), named
    (parameters of the preset beside it, see preset_inputs.py).
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
    first: str = ""


@dataclass(frozen=True)
class Items:
    """A list of groups. members: kind -> its group, "" where all are alike; place `#` stands for the item's number.

    How many items there are is an input of its own, `<name>.count`; an item's kind is `<name>.<number>.kind`. A longer
    list than FORM_ITEMS is one YAML text, called as the list.
    """

    path: str
    name: str
    label: str
    help: str
    accepted: str
    members: dict[str, Group] = field(default_factory=dict)

    @property
    def text(self) -> Leaf:
        """The list as one text."""
        return Leaf(self.path, self.name, "yaml", self.label, self.help, self.accepted)


Part = Leaf | Group | Union | Items
PLACE = "#"
FORM_ITEMS = 40


@lru_cache(maxsize=4096)
def item_of(path: str, kind: str, number: int) -> Group:
    """Return the inputs of one item of the list at `path`, a member's kind of it."""
    members = items_at(path).members
    found = _placed(members[kind], str(number))
    assert isinstance(found, Group)  # noqa: S101 - the members of a list are groups
    return found


@cache
def items_at(path: str) -> Items:
    """Return the list at `path`; KeyError where there is none."""
    for found in _lists(plan()):
        if found.path == path:
            return found
    raise KeyError(path)


def _lists(part: Part) -> list[Items]:
    if isinstance(part, Items):
        return [part]
    if isinstance(part, Leaf):
        return []
    inner = part.parts if isinstance(part, Group) else tuple(part.members.values())
    return [found for one in inner for found in _lists(one)]


def _placed(part: Part, number: str) -> Part:
    path = part.path.replace(PLACE, number, 1)
    if isinstance(part, Group):
        return replace(part, path=path, parts=tuple(_placed(inner, number) for inner in part.parts))
    return replace(part, path=path, name=part.name.replace(PLACE, number, 1))


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
        first = (schema.get("default") or {}).get("kind", order[0])
        return Union(path, f"{name}.kind", label, about, schema_words.tags(schema), members, first)
    if schema.get("type") == "object" and "properties" in schema and not schema.get("nullable"):
        return Group(path, label, about, _parts(schema, root, path, name))
    kind = _kind(schema, root, path)
    if kind == "items" and PLACE not in path:
        return Items(path, name, label, about, schema_words.in_words(schema, root), _members(schema, root, path, name))
    unit = str(schema.get("unit", ""))
    return Leaf(
        path=path,
        name=name,
        kind="yaml" if kind == "items" else kind,
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


def _members(schema: dict[str, Any], root: dict[str, Any], path: str, name: str) -> dict[str, Group]:
    item, place = schema_words.resolve(schema["items"], root), f".{PLACE}"
    found = {}
    for kind, one in _kinds(item, root).items():
        words = one.get("description", "").split("\n\n")[0].replace("\n", " ").replace("`", "")
        parts = _parts(one, root, path + place, name + place)
        found[kind] = Group(path + place, _label(kind) if kind else "", words, parts)
    return found


def _kinds(item: dict[str, Any], root: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if "oneOf" not in item:
        return {"": item}
    members = [schema_words.resolve(one, root) for one in item["oneOf"]]
    return {one["properties"]["kind"]["const"]: one for one in members}


def _kind(schema: dict[str, Any], root: dict[str, Any], path: str) -> str:
    kind = schema.get("type", "")
    if path == "population.people":
        return "people"
    if path == "feed.params":
        return "named"
    if "enum" in schema:
        return "choice"
    if kind == "boolean":
        return "maybe" if schema.get("nullable") else "yes"
    if kind in {"integer", "number"}:
        return str(kind)
    if not kind and schema.get("accepted") and "oneOf" not in schema:
        return "scalar"
    if kind == "string":
        return "longtext" if schema.get("maxLength", 0) > 200 else "text"
    if kind == "array":
        inner = schema_words.resolve(schema.get("items", {}), root)
        if "enum" in inner:
            return "checks"
        if "oneOf" in inner or ("properties" in inner and _editable(inner, root)):
            return "items"
        return {"string": "words", "number": "numbers", "integer": "numbers"}.get(inner.get("type", ""), "yaml")
    return "yaml"


def _editable(item: dict[str, Any], root: dict[str, Any]) -> bool:
    """Whether a group of a list is worth inputs of its own: rows of numbers read better as rows."""
    kinds = {schema_words.resolve(one, root).get("type", "") for one in item["properties"].values()}
    return not kinds <= {"integer", "number"}


def _options(schema: dict[str, Any], root: dict[str, Any]) -> tuple[str, ...]:
    source = schema if "enum" in schema else schema_words.resolve(schema.get("items", {}), root)
    return tuple(str(value) for value in source.get("enum", ()))


# Models that carry their authors' names.
_NAMED_AFTER = {"barabasi_albert": "Barab\u00e1si\u2013Albert", "watts_strogatz": "Watts\u2013Strogatz"}


def spoken(key: str) -> str:
    """Return the words of a key: those of its authors' names, or its own without underscores."""
    return _NAMED_AFTER.get(key, key.replace("_", " "))


_SAID = {"at": "At step", "until": "Until step"}


def _label(key: str) -> str:
    words = _SAID.get(key) or spoken(key)
    return words if len(words) == 1 or words == "dt" else words[0].upper() + words[1:]
