"""What models answered, out of an export: each row checked before it becomes an input of a run."""

from __future__ import annotations

import json
from typing import Any

from simapp.engine.core.errors import WrongInput

_LONGEST = {"model": 900, "revision": 200, "reason": 120, "problem": 300, "template": 16}
_WORDS = {"tier": ("local", "endpoint"), "outcome": ("answered", "abstained", "late")}
_COUNTS = ("tokens_in", "tokens_out", "tokens_cached", "tries", "cached", "seconds", "cost")
_PLAIN = ("tier", "model", "revision", "reason", "outcome", "text", "first", "problem", "template")
MOST_OPTIONS, LONGEST_OPTION = 200, 40


def read_replies(columns: dict[str, Any], users: int, last: int) -> list[dict[str, Any]]:
    """Return the rows as fields of ModelReply without its run. Raises WrongInput naming the row.

    columns: as importers.columns.read_columns gives them, steps in order; users: how many the run has; last: its last
    step.
    """
    found = []
    before = (-1, 0)
    for row in range(len(columns["step"])):
        place = (int(columns["step"][row]), int(columns["user"][row]))
        if place <= before:
            _refuse(row, "stands before the row above it, or is there twice")
        before = place
        if not 1 <= place[0] <= last or place[1] >= users:
            _refuse(row, f"is about user {place[1]} in step {place[0]}, whom the run does not have there")
        found.append(_row(columns, row, place))
    return found


def _row(columns: dict[str, Any], row: int, place: tuple[int, int]) -> dict[str, Any]:
    said: dict[str, Any] = {"step": place[0], "user_id": place[1]}
    for name in _PLAIN:
        value = said[name] = columns[name][row]
        if "\0" in value or len(value) > _LONGEST.get(name, 250_000):
            _refuse(row, f"has a {name} that is too long or holds NUL")
        if name in _WORDS and value not in _WORDS[name]:
            _refuse(row, f"has the {name} {value[:40]!r}; it must be one of {', '.join(_WORDS[name])}")
    for name in _COUNTS:
        value = columns[name][row]
        said[name] = float(value) if name in ("seconds", "cost") else int(value)
        if not 0 <= said[name] <= (1 if name == "cached" else 1e12):
            _refuse(row, f"has the {name} {value}, which cannot be")
    said["cached"] = bool(said["cached"])
    said["options"] = _options(columns["options"][row], row)
    said["key"] = _key(columns["key"][row], row)
    return said


def _options(text: str, row: int) -> list[str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    names = found if isinstance(found, list) and len(found) <= MOST_OPTIONS else [None]
    if not all(isinstance(name, str) and len(name) <= LONGEST_OPTION and "\0" not in name for name in names):
        _refuse(row, "has options that are no JSON list of names")
    return names


def _key(text: str | None, row: int) -> bytes | None:
    if text is None:
        return None
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        _refuse(row, "has a key that is not 64 hex digits")
    return bytes.fromhex(text)


def _refuse(row: int, what: str) -> None:
    msg = f"replies: row {row} {what}"
    raise WrongInput(msg)
