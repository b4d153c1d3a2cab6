"""Puts the JSON Schema of a field into words: "a whole number from 1 to 1000000"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Spot:
    """Where an error is: dotted path, schema there, field names beside it, what it accepts in words."""

    path: str
    schema: dict[str, Any]
    siblings: list[str] = field(default_factory=list)
    accepted: str = ""


def resolve(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follow references and drop the null of an optional field."""
    while True:
        if "$ref" in schema:
            target = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
            schema = {**target, **{k: v for k, v in schema.items() if k != "$ref"}}
        elif "allOf" in schema and len(schema["allOf"]) == 1:
            schema = {**{k: v for k, v in schema.items() if k != "allOf"}, **schema["allOf"][0]}
        else:
            options = [s for s in schema.get("anyOf", ()) if s.get("type") != "null"]
            if len(options) == 1 and "accepted" not in schema:
                schema = {**{k: v for k, v in schema.items() if k != "anyOf"}, **options[0], "nullable": True}
            else:
                return schema


def locate(root: dict[str, Any], loc: Sequence[int | str]) -> Spot:
    """Walk a pydantic error location; tags of unions and key markers are no part of the path."""
    schema, names, siblings = resolve(root, root), [], list(root.get("properties", {}))
    for piece in loc:
        if isinstance(piece, str) and "oneOf" in schema:
            mapping = schema.get("discriminator", {}).get("mapping", {})
            if piece in mapping:
                schema = resolve({"$ref": mapping[piece]}, root)
                continue
        if piece == "[key]":
            continue
        names.append(str(piece))
        siblings = list(schema.get("properties", {}))
        schema = resolve(schema.get("items", {}) if isinstance(piece, int) else member(schema, piece), root)
    return Spot(".".join(names), schema, siblings, in_words(schema, root))


def member(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the schema of a named member: a declared field, or any entry of a group of named values."""
    if name in schema.get("properties", {}):
        return dict(schema["properties"][name])
    for entry in schema.get("patternProperties", {}).values():
        return dict(entry)
    extra = schema.get("additionalProperties", {})
    return dict(extra) if isinstance(extra, dict) else {}


def tags(schema: dict[str, Any]) -> str:
    """Return the kinds of a union in words."""
    return "one of " + ", ".join(schema.get("discriminator", {}).get("mapping", {}))


def in_words(schema: dict[str, Any], root: dict[str, Any]) -> str:
    """Return what a schema accepts, in words; an empty string when it says nothing."""
    words = _bare(schema, root)
    return f"{words}, or nothing" if words and schema.get("nullable") else words


def _bare(schema: dict[str, Any], root: dict[str, Any]) -> str:
    if "accepted" in schema:
        return str(schema["accepted"])
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return "one of " + ", ".join(str(v) for v in schema["enum"])
    if "oneOf" in schema:
        return f"a group of fields whose kind is {tags(schema)}"
    kind = schema.get("type")
    if kind == "integer":
        return "a whole number" + _range(schema)
    if kind == "number":
        return "a number" + _range(schema)
    if kind == "string":
        return "text" + _count(schema.get("minLength", 0), schema.get("maxLength"), "character")
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        inner = in_words(resolve(schema.get("items", {}), root), root)
        each = f", each {inner}" if inner else ""
        return "a list" + _count(schema.get("minItems", 0), schema.get("maxItems"), "item") + each
    if kind == "object":
        names = ", ".join(schema.get("properties", {}))
        return f"a group of fields ({names})" if names else "a group of named numbers"
    return ""


def _range(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum")
    if above is not None:
        return f" above {_number(above)}" + (f" and at most {_number(high)}" if high is not None else "")
    if low is not None and high is not None:
        return f" from {_number(low)} to {_number(high)}"
    if low is not None:
        return f" from {_number(low)} on"
    return f" up to {_number(high)}" if high is not None else ""


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def _count(low: int, high: int | None, word: str) -> str:
    if high is None:
        return f" of at least {low} {word}s" if low else ""
    if low == high:
        return f" of {low} {word}s"
    return f" of {low} to {high} {word}s" if low else f" of at most {high} {word}s"
