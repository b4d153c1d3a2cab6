"""What differs between two scenario documents, setting by setting.

Documents are mappings of JSON types with every default spelled out (`in_full`). A list, a group
whose kind changed and a group of named values are one setting each: half of one makes no sense in the other document.
"""

from __future__ import annotations

import copy
import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.document import as_dict, load_scenario
from simapp.scenarios.problems import show
from simapp.scenarios.yaml_text import write_yaml

ABOUT = ("title", "question", "source", "expected")


@dataclass(frozen=True)
class Difference:
    """One setting that differs. path: dotted; before, after: JSON values, None also for what is not there."""

    path: str
    before: Any
    after: Any

    @property
    def group(self) -> str:
        """The part of the document that it belongs to."""
        first = self.path.partition(".")[0]
        return "about" if first in ABOUT else first

    @property
    def short(self) -> str:
        """The change in a few words."""
        if isinstance(self.before, list) and isinstance(self.after, list):
            gone, come = (sum(mark == sign for mark, _ in self.lines) for sign in "-+")
            return f"{self.path}: {come} added, {gone} removed" if gone or come else f"{self.path}: another order"
        before, after = _apart(self.before, self.after) or (_few(self.before), _few(self.after))
        return f"{self.path} {before} → {after}"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """(mark, text): what is gone ("-") and what came ("+"); items of lists that are in both are left out."""
        numbers = _apart(self.before, self.after)
        before, after = ([numbers[0]], [numbers[1]]) if numbers else (_items(self.before), _items(self.after))
        found: list[tuple[str, str]] = []
        for what, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if what != "equal":
                found += [("-", text) for text in before[a:b]] + [("+", text) for text in after[c:d]]
        return found


def in_full(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored document as today's format spells it: every default, fields in order; else as it is."""
    try:
        return as_dict(load_scenario(document))
    except WrongInput:
        return dict(document)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the settings that differ, in the order of the documents."""
    names = list(dict.fromkeys((*before, *after)))
    return [found for name in names for found in _between(name, before.get(name), after.get(name))]


def with_differences(document: Mapping[str, Any], source: Mapping[str, Any], paths: list[str]) -> dict[str, Any]:
    """Return `document` with the settings at `paths` as `source` has them, not yet checked.

    WrongInput names a path that one of them does not have.
    """
    changed = copy.deepcopy(dict(document))
    for path in paths:
        names = path.split(".")
        value, place = _at(source, names, path), _at(changed, names[:-1], path)
        if not isinstance(place, dict):
            raise WrongInput(f"{path[:80]} is no setting of both scenarios.")
        place[names[-1]] = copy.deepcopy(value)
    return changed


def _between(path: str, before: Any, after: Any) -> Iterator[Difference]:
    # 1 and true are equal to Python and not to a document.
    if before == after and type(before) is type(after):
        return
    alike = isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys()
    if alike and before.get("kind") == after.get("kind"):
        for name in before:
            yield from _between(f"{path}.{name}", before[name], after[name])
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Difference(path, before, after)


def _at(document: Mapping[str, Any], names: list[str], path: str) -> Any:
    here: Any = document
    for name in names:
        if not isinstance(here, Mapping) or name not in here:
            raise WrongInput(f"{path[:80]} is no setting of both scenarios.")
        here = here[name]
    return here


def _items(value: Any) -> list[str]:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return [_text(value)]


def _text(value: Any) -> str:
    if isinstance(value, dict | list) and value:
        return write_yaml(value).rstrip("\n")  # type: ignore[arg-type]
    if isinstance(value, float):
        return few_digits(value)
    return "none" if value in (None, [], {}, "") and not isinstance(value, bool | int | float) else str(value)


def _apart(before: Any, after: Any) -> tuple[str, str] | None:
    """Return two numbers with few digits, and with all of them where few would make them alike; else None."""
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in (before, after)):
        return None
    short = few_digits(before), few_digits(after)
    return short if short[0] != short[1] else (repr(before), repr(after))


def few_digits(value: float) -> str:
    """Return a number with four decimals or three significant digits, whichever is closer; "≈" where that rounds it.

    What only the binary fraction adds (0.30000000000000004) is no digit of the setting and is not told.
    """
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    texts = f"{value:.4f}".rstrip("0").rstrip("."), f"{value:.3g}"
    text = min(texts, key=lambda one: abs(float(one) - value))
    if float(text) == value:
        return repr(value)
    return text if math.isclose(float(text), value, rel_tol=1e-12) else f"≈\u202f{text}"


def _few(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("kind"), str):
        return str(value["kind"])
    if isinstance(value, float):
        return few_digits(value)
    if isinstance(value, str):
        return value if len(value) <= 30 else value[:29].rstrip() + "…"
    return show(value)
