"""Reads single values of a people file: texts, lists written as Python or JSON literals, ages, genders."""

from __future__ import annotations

import ast
import json
import math
import re
import unicodedata
import warnings
from typing import Any

from simapp.engine.core.population import GENDERS

MAX_LIST = 131_072
MAX_HANDLE = 100
_MISSING = {"", "nan", "none", "null", "n/a"}
_MBTI = re.compile(r"^[EI][NS][TF][JP]$")
_GENDER = {
    "female": "female", "f": "female", "woman": "female", "male": "male", "m": "male", "man": "male",
}  # fmt: skip


def read_words(value: Any, limit: int) -> str:
    """Return clean text: no control characters but newlines, at most `limit`; "" for what means missing."""
    if value is None or isinstance(value, bool | list | dict):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    text = str(value)
    if text.strip().casefold() in _MISSING:
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (c for c in text[: limit * 2] if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()[:limit]


def is_number(text: str) -> bool:
    """Whether a cell's text is a number, also one that is not finite."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_handle(value: Any) -> str:
    """Return a handle without @ and inner blanks; "" when there is none."""
    words = read_words(value, MAX_HANDLE + 1).lstrip("@").split()
    return "_".join(words)


def read_list(value: Any) -> list[Any] | str:
    """Return the list that a cell holds ("[1, 2]", "['a']", "" for none), or why it holds none.

    Nothing is evaluated: JSON first, then Python literals; lists of up to MAX_LIST characters.
    """
    if isinstance(value, list):
        return value
    text = "" if value is None else str(value).strip()
    if text.casefold() in _MISSING:
        return []
    if len(text) > MAX_LIST:
        return f"is longer than {MAX_LIST} characters"
    if not (text.startswith("[") and text.endswith("]")):
        return f"is {_short(text)}, not a list in square brackets"
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = _literal(text)
    return found if isinstance(found, list) else f"is {_short(text)}, which cannot be read as a list"


def _literal(text: str) -> Any:
    with warnings.catch_warnings():
        # Odd escapes in somebody's post ("\d") are no concern of ours.
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None


def read_counts(value: Any) -> list[float] | str:
    """Return 24 counts per hour of the day, [] when the cell is empty, or why they cannot be read."""
    found = read_list(value)
    if isinstance(found, str) or not found:
        return found
    if len(found) != 24:
        return f"has {len(found)} values, not 24"
    for hour, count in enumerate(found):
        if isinstance(count, bool) or not isinstance(count, int | float):
            return f"has {_short(repr(count))} at hour {hour}, not a number"
        if not 0 <= count <= 1e12:
            return f"has {_short(repr(count))} at hour {hour}, not a count from 0"
    return [float(count) for count in found]


def read_row_number(value: Any) -> int | None:
    """Return a whole number from 0 written as number or digits, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and 0 <= value < 2**63 else None


def read_age(value: Any) -> int | None:
    """Return an age in years, 0 for missing, None for what is no age from 1 to 120."""
    if read_words(value, 10) == "":
        return 0
    number = read_row_number(value)
    return number if number is not None and 1 <= number <= 120 else None


def read_gender(value: Any) -> int:
    """Return an index into GENDERS: missing is unknown, an unlisted word is other."""
    word = read_words(value, 40).casefold()
    return GENDERS.index(_GENDER.get(word, "other")) if word and word != "unknown" else 0


def read_mbti(value: Any) -> str:
    """Return a four-letter type in capitals, or "" when it is none."""
    word = read_words(value, 10).upper()
    return word if _MBTI.match(word) else ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
