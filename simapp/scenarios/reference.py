"""The field reference of the document as Markdown, written from the declarations.

`python -m simapp.scenarios.reference` prints it; docs/scenarios.md holds it (a test compares them).
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from simapp.scenarios.document import json_schema
from simapp.scenarios.schema_words import in_words, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator


def field_reference() -> str:
    """Return a Markdown table of every field: path, what it accepts, default, meaning."""
    root = json_schema()
    lines = ["| field | accepts | default | meaning |", "|---|---|---|---|"]
    for path, schema, about in _fields(resolve(root, root), root, ""):
        default = _default(schema)
        unit = f" Unit: {schema['unit']}." if "unit" in schema else ""
        source = f" Source: {schema['source']}." if "source" in schema else ""
        cells = (f"`{path}`", in_words(resolve(schema, root), root), default, about + unit + source)
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


@cache
def setting_paths() -> tuple[str, ...]:
    """Return the paths of settings, in the document's order, without what is inside lists."""
    root = json_schema()
    spots = [path for path, _, _ in _fields(resolve(root, root), root, "") if ".N" not in path]
    found = (re.sub(r" \([a-z0-9_]+\)$", ".kind", path) for path in spots)
    plain = dict.fromkeys(re.sub(r" \([a-z0-9_]+\)", "", path) for path in found)
    return tuple(path for path in plain if not any(other.startswith(f"{path}.") for other in plain))


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    if "default" not in schema or isinstance(value, dict):
        return ""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 or not isinstance(value, list) else f"a list of {len(value)}"


def _fields(
    schema: dict[str, Any], root: dict[str, Any], path: str, hide: str = ""
) -> Iterator[tuple[str, dict[str, Any], str]]:
    for name, spec in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        target = resolve(spec, root)
        if name != hide:
            yield here, spec, spec.get("description", target.get("description", "")).split("\n")[0]
        items = target.get("items", {})
        below, here = (resolve(items, root), f"{here}.N") if items else (target, here)
        mapping = below.get("discriminator", {}).get("mapping", {})
        for kind, ref in mapping.items():
            member = resolve({"$ref": ref}, root)
            spot = f"{here} ({kind})"
            yield spot, {}, member.get("description", "").split("\n")[0]
            yield from _fields(member, root, spot, hide="kind")
        if not mapping and below.get("type") == "object":
            yield from _fields(below, root, here)


if __name__ == "__main__":
    sys.stdout.write(field_reference())
