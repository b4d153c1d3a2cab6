"""Instances of a JSON schema, drawn: what a server that constrains its output could say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

WORDS = ("homes", "buses", "schools", "more", "fewer", "now", "never", "please")


def instance(schema: dict[str, Any], draw: random.Random, root: dict[str, Any] | None = None) -> Any:
    """Return a value of a schema: objects, arrays, enums, numbers, text, anyOf and local references."""
    root = root or schema
    if "$ref" in schema:
        found: Any = root
        for word in schema["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        return instance(found, draw, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw.choice(schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return instance(draw.choice(schema[several]), draw, root)
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = draw.choice(kind)
    return _OF[kind](schema, draw, root)


def _object(schema: dict[str, Any], draw: random.Random, root: dict[str, Any]) -> dict[str, Any]:
    required = schema.get("required", [])
    return {
        name: instance(part, draw, root)
        for name, part in schema.get("properties", {}).items()
        if name in required or draw.random() < 0.5
    }


def _array(schema: dict[str, Any], draw: random.Random, root: dict[str, Any]) -> list[Any]:
    least = schema.get("minItems", 0)
    most = max(least, min(schema.get("maxItems", 2), 2))
    return [instance(schema.get("items", {}), draw, root) for _ in range(draw.randint(least, most))]


def _text(schema: dict[str, Any], draw: random.Random, _root: Any) -> str:
    words = " ".join(draw.choice(WORDS) for _ in range(4))
    return words[: schema.get("maxLength", 200)]


def _number(schema: dict[str, Any], draw: random.Random, _root: Any) -> float:
    return round(draw.uniform(schema.get("minimum", -1), schema.get("maximum", 1)), 2)


def _integer(schema: dict[str, Any], draw: random.Random, _root: Any) -> int:
    return draw.randint(int(schema.get("minimum", 0)), int(schema.get("maximum", 5)))


_OF: dict[str, Any] = {
    "object": _object,
    "array": _array,
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": lambda _schema, draw, _root: draw.random() < 0.5,
    "null": lambda _schema, _draw, _root: None,
}
