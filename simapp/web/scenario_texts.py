"""Between a scenario document and the texts that a browser sends: `write` and `read` undo each other.

Texts that stand for no value of their field (a word where a number belongs) are passed on as they are, so
that the document's own check names field, value and what would be accepted, and nothing typed is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from simapp.scenarios.document import SCHEMA_VERSION
from simapp.scenarios.yaml_text import read_scalar, write_yaml
from simapp.web.preset_inputs import leaves_of, split
from simapp.web.scenario_plan import FORM_ITEMS, Group, Items, Leaf, Part, Union, item_of, plan

Texts = dict[str, list[str]]

_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_YES, _NO = "true", "false"


def write(document: Mapping[str, Any]) -> Texts:
    """Return the texts of every input for a document of JSON types; what a union did not choose has none."""
    return dict(_write(plan(), document))


def read(texts: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the document that the texts stand for, not yet checked."""
    document = _read_group(plan(), texts)
    return {"schema_version": SCHEMA_VERSION, **document}


def _write(part: Part, value: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(part, Leaf):
        yield part.name, leaf_texts(part, value)
    elif isinstance(part, Group):
        for inner in part.parts:
            held = value.get(_key(inner)) if isinstance(value, Mapping) else None
            if isinstance(inner, Leaf) and inner.kind == "named" and isinstance(held, Mapping):
                mine, held = split(inner, str(value.get("preset", "")), held)
                yield from ((name, [_number(one)]) for name, one in mine.items())
            yield from _write(inner, held)
    elif isinstance(part, Items):
        yield from _write_items(part, value or [])
    else:
        kind = value.get("kind", "") if isinstance(value, Mapping) else ""
        yield part.name, [kind]
        if kind in part.members:
            yield from _write(part.members[kind], value)


def _write_items(items: Items, listed: Any) -> Iterator[tuple[str, list[str]]]:
    kinds = [_kind_of(items, item) for item in listed] if isinstance(listed, list) else [None]
    if len(kinds) > FORM_ITEMS or None in kinds:
        yield items.name, [_yaml(listed)]
        return
    yield f"{items.name}.count", [str(len(kinds))]
    for number, (kind, item) in enumerate(zip(kinds, listed, strict=True)):
        if kind:
            yield f"{items.name}.{number}.kind", [kind]
        yield from _write(item_of(items.path, kind or "", number), item)


def _kind_of(items: Items, item: Any) -> str | None:
    kind = item.get("kind", "") if isinstance(item, Mapping) else None
    return kind if kind in items.members else None


def leaf_texts(leaf: Leaf, value: Any) -> list[str]:
    """Return the texts of one input for a value of JSON types; an unticked box has none."""
    if leaf.kind == "checks":
        return [str(v) for v in value or ()]
    if leaf.kind == "yes":
        return [_YES] if value else []
    if value is None:
        return [""]
    if leaf.kind == "people":
        return [json.dumps(value)]
    if leaf.kind in {"words", "numbers"}:
        return [", ".join(_number(v) if leaf.kind == "numbers" else str(v) for v in value)]
    if leaf.kind in {"yaml", "named"}:
        return [_yaml(value)]
    if isinstance(value, bool):
        return [_YES if value else _NO]
    return [_number(value) if isinstance(value, int | float) else str(value)]


def _read_group(group: Group, texts: Mapping[str, list[str]]) -> dict[str, Any]:
    found = {_key(part): _read(part, texts) for part in group.parts}
    for part in group.parts:
        if isinstance(part, Leaf) and part.kind == "named" and isinstance(found[_key(part)], dict):
            texted = {inner: _one(texts, inner.name) for inner in leaves_of(part, str(found.get("preset", "")))}
            set_here = {_key(inner): _as_number(text) for inner, text in texted.items() if text.strip()}
            found[_key(part)] = {**found[_key(part)], **set_here}
    return found


def _read(part: Part, texts: Mapping[str, list[str]]) -> Any:
    if isinstance(part, Group):
        return _read_group(part, texts)
    if isinstance(part, Union):
        kind = _one(texts, part.name)
        member = part.members.get(kind)
        return {"kind": kind, **(_read_group(member, texts) if member else {})}
    if isinstance(part, Items):
        return _read_items(part, texts)
    return _value(part, texts)


def items_count(items: Items, texts: Mapping[str, list[str]]) -> int:
    """Return how many items of a list were sent; never more than a form shows."""
    text = _one(texts, f"{items.name}.count").strip()
    return min(int(text), FORM_ITEMS) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


def item_kind(items: Items, texts: Mapping[str, list[str]], number: int) -> str | None:
    """Return the kind of an item that was sent, None for a kind that there is not."""
    kind = _one(texts, f"{items.name}.{number}.kind")
    return kind if kind in items.members else None


def _read_items(items: Items, texts: Mapping[str, list[str]]) -> Any:
    if items.name in texts:
        return _value(items.text, texts)
    found = []
    for number in range(items_count(items, texts)):
        kind = item_kind(items, texts, number)
        if kind is None:
            found.append({"kind": _one(texts, f"{items.name}.{number}.kind")})
            continue
        item = _read_group(item_of(items.path, kind, number), texts)
        found.append({"kind": kind, **item} if kind else item)
    return found


def _value(leaf: Leaf, texts: Mapping[str, list[str]]) -> Any:
    if leaf.kind == "checks":
        chosen = [text for text in texts.get(leaf.name, []) if text]
        return chosen or (None if leaf.nullable else [])
    text = _one(texts, leaf.name)
    if leaf.kind == "yes":
        return text == _YES
    if leaf.kind == "maybe":
        return {_YES: True, _NO: False, "": None}.get(text, text)
    if leaf.kind in {"text", "longtext", "choice"}:
        return text if text or not leaf.nullable else None
    if leaf.kind in {"integer", "number"}:
        return None if leaf.nullable and not text.strip() else _as_number(text)
    if leaf.kind == "scalar":
        return read_scalar(text.strip())
    if leaf.kind == "words":
        return [word.strip() for word in text.split(",") if word.strip()]
    if leaf.kind == "numbers":
        return [_as_number(item) for item in text.split(",")] if text.strip() else []
    if leaf.kind == "people":
        return _people(text)
    if not text.strip():
        return {} if leaf.kind == "named" else None if leaf.nullable else ({} if "named" in leaf.accepted else [])
    return read_scalar(text)


def _people(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _as_number(text: str) -> Any:
    text = text.strip().replace("\u202f", "").replace("\u2212", "-")
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if len(text) <= 60 and _NUMBER.fullmatch(text) else text


def _number(value: Any) -> str:
    return repr(value).removesuffix(".0")


def _yaml(value: Any) -> str:
    if not value:
        return ""
    if isinstance(value, list) and all(_is_row(item) for item in value):
        # Rows of numbers stay one line each.
        rows = (", ".join(f"{key}: {_number(item)}" for key, item in row.items()) for row in value)
        return "\n".join(f"- {{{row}}}" for row in rows)
    return write_yaml(value).rstrip("\n")


def _is_row(item: Any) -> bool:
    return isinstance(item, Mapping) and all(isinstance(v, int | float) for v in item.values())


def _one(texts: Mapping[str, list[str]], name: str) -> str:
    # Browsers send line ends as CR LF.
    found = texts.get(name) or [""]
    return found[-1].replace("\r\n", "\n")


def _key(part: Part) -> str:
    return part.path.rpartition(".")[2]
