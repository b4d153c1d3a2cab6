"""Text that comes from outside, made harmless: for keeping, and for showing to a language model.

Two rules. What is kept (`clean`) is one line of visible characters, no longer than it may be: control and format
characters, lone surrogates and unassigned code points are gone. What is shown in a prompt (`neutral`) has also lost
whatever could stand for something else than text: the characters that chat templates build their tokens of
(< > | [ ] { } and their wide and lookalike forms), code fences, heading marks, and a colon after the name of a role.
Every text in a prompt stands on one line behind its number, so none can begin a line, a role or a post of its own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ELLIPSIS = "…"
_LOOKED_AT = 8  # times the length that is wanted: what lies behind is cut off before anything is looked at

# Cc control, Cf format (zero width, direction, tags), Cs surrogate, Co private, Cn unassigned.
_GONE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_SWAPPED = {
    "<": "‹", ">": "›", "|": "¦", "[": "(", "]": ")", "{": "(", "}": ")", "`": "'", "▁": "_",
    "⟨": "‹", "⟩": "›", "〈": "‹", "〉": "›", "《": "«", "》": "»", "【": "(", "】": ")", "〔": "(", "〕": ")",
    "❘": "¦", "∣": "¦", "│": "¦", "ǀ": "¦",
}  # fmt: skip


class _Visible(dict[int, int | str | None]):
    """A table for str.translate that learns a character when it first meets it."""

    def __missing__(self, code: int) -> int | str | None:
        made: int | str | None = code
        character = chr(code)
        category = unicodedata.category(character)
        if category in _SPACES or character in "\n\r\t\v\f\x1c\x1d\x1e\x1f\x85":
            made = " "
        elif category in _GONE:
            made = None
        if len(self) < 20_000:  # a text may hold any character, a table not
            self[code] = made
        return made


_VISIBLE = _Visible()
_NEUTRAL = _Visible({ord(character): swapped for character, swapped in _SWAPPED.items()})
_ROLE = re.compile(
    r"\b(system|assistant|user|human|developer|tool|function|model|instructions?|response|answer|options)\s*[:：]",
    re.IGNORECASE,
)
_MARKS = re.compile(r"#{2,}|'{3,}|-{3,}|={3,}|~{3,}")
_NOT_IN_HANDLES = re.compile(r"[^\w.-]+")


def clean(text: str, most: int) -> str:
    """Return `text` as one line of visible characters, at most `most` of them ("" where nothing is left).

    White space of every kind becomes one space. Looks at the first 8 * most characters only.
    """
    return _cut(" ".join(text[: _LOOKED_AT * most].translate(_VISIBLE).split()), most)


def neutral(text: str, most: int) -> str:
    """Return `text` as `clean` does, without anything that a model or its chat template could take for more than text.

    A function of its arguments alone; kept for the texts shown last.
    """
    return _neutral(text[: _LOOKED_AT * most], most)


@lru_cache(maxsize=1 << 15)
def _neutral(text: str, most: int) -> str:
    if not text.isascii():
        # Wide and other compatible forms of the characters below become those.
        text = unicodedata.normalize("NFKC", text.translate(_VISIBLE))
    text = " ".join(text.translate(_NEUTRAL).split())
    text = _MARKS.sub(_once, text)
    return _cut(_ROLE.sub(r"\1 -", text), most)


def handle_of(name: str, user: int, most: int) -> str:
    """Return what a user is called in a prompt: letters, digits, _ . - only, else "u" and its number."""
    short = _NOT_IN_HANDLES.sub("_", neutral(name, most).rstrip(ELLIPSIS)).strip("_.-")[:most] or f"u{user}"
    # A colon may follow it where it is shown.
    return f"{short[: most - 1]}_" if _ROLE.search(f"{short}:") else short


def _once(marks: re.Match[str]) -> str:
    return marks.group()[0]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 0)].rstrip() + ELLIPSIS
