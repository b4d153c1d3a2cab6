"""Adding and removing items of a scenario's lists, on the texts of its form: works without a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simapp.web.scenario_plan import FORM_ITEMS, Group, Items, Leaf, Part, Union, item_of, items_at
from simapp.web.scenario_texts import Texts, items_count, leaf_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ACTION = re.compile(r"(add|remove|copy):([a-z_.]{1,60}?)(?:\.([0-9]{1,3}))?")


def change_list(texts: Texts, action: str, kinds: Mapping[str, str]) -> bool:
    """Do `add:<list>`, `copy:<list>.<number>` or `remove:<list>.<number>`; False where that is no such action.

    kinds: for lists of several kinds, the chosen kind of a new item by the list's path.
    """
    asked = _ACTION.fullmatch(action)
    if asked is None:
        return False
    verb, path, number = asked[1], asked[2], asked[3]
    try:
        items = items_at(path)
    except KeyError:
        return False
    if items.name in texts:
        return False
    held = [_item(items, texts, i) for i in range(items_count(items, texts))]
    if verb == "add" and len(held) < FORM_ITEMS:
        held.append(_blank(items, kinds.get(path, "")))
    elif number is not None and int(number) < len(held):
        at = int(number)
        if verb == "remove":
            del held[at]
        elif verb == "copy" and len(held) < FORM_ITEMS:
            held.insert(at + 1, dict(held[at]))
    for name in [name for name in texts if name.startswith(f"{items.name}.")]:
        del texts[name]
    texts[f"{items.name}.count"] = [str(len(held))]
    for i, item in enumerate(held):
        texts.update({f"{items.name}.{i}.{rest}": values for rest, values in item.items()})
    return True


def _item(items: Items, texts: Texts, number: int) -> Texts:
    start = f"{items.name}.{number}."
    return {name.removeprefix(start): values for name, values in texts.items() if name.startswith(start)}


def _blank(items: Items, kind: str) -> Texts:
    """Return the texts of a new item: defaults, and for what has none something that can be chosen."""
    kind = kind if kind in items.members else next(iter(items.members))
    start = f"{items.name}.0."
    found: Texts = {"kind": [kind]} if kind else {}
    for leaf in _leaves(item_of(items.path, kind, 0)):
        values = leaf_texts(leaf, leaf.default)
        if leaf.default is None and not leaf.nullable and leaf.kind in {"choice", "integer"}:
            values = [leaf.options[0] if leaf.kind == "choice" else "1"]
        found[leaf.name.removeprefix(start)] = values
    return found


def _leaves(part: Part) -> Iterator[Leaf]:
    if isinstance(part, Leaf):
        yield part
    elif isinstance(part, Group | Union):
        for inner in part.parts if isinstance(part, Group) else part.members.values():
            yield from _leaves(inner)
