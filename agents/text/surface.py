"""The surface of English: articles, plurals, number words, capitals, stops, and rare slips of the finger."""

from __future__ import annotations

import re

_SILENT_H = ("hour", "honest", "honour", "heir")
_YOO_SOUND = ("uni", "use", "usual", "euro", "one", "once", "ufo", "uto")
_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "half": "halves",
    "life": "lives",
    "leaf": "leaves",
    "bus": "buses",
}
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SENTENCE_START = re.compile(r"((?:^|(?<!\.)[.!?]['\")]?\s+)['\"(]?)([a-z])")
_SPACES = re.compile(r"\s+")
_SPACE_BEFORE_STOP = re.compile(r"\s+([.,!?;:])")
_SLIPS = (
    ("definitely", "definately"),
    ("a lot", "alot"),
    ("until", "untill"),
    ("separate", "seperate"),
    ("tomorrow", "tommorow"),
    (" their ", " thier "),
    (" because ", " becuase "),
    (" the ", " teh "),
    (" which ", " wich "),
    (" just ", " jsut "),
    (" with ", " wiht "),
    ("people", "poeple"),
    ("really", "realy"),
    (" and ", " adn "),
)


def article(words: str) -> str:
    """Return "a" or "an", whichever is said before `words` ("hour", "union", "8 minute wait")."""
    low = words.lstrip("'\"(").lower()
    if low[:1].isdigit():
        number = re.match(r"\d+", low)
        digits = number.group() if number else ""
        return "an" if digits.startswith("8") or digits in ("11", "18") else "a"
    if low.startswith(_SILENT_H):
        return "an"
    if low.startswith(_YOO_SOUND):
        return "a"
    return "an" if low[:1] in "aeiou" else "a"


def plural(noun: str) -> str:
    """Return the plural of the last word of `noun`: "box" -> "boxes", "bus stop" -> "bus stops"."""
    head, space, last = noun.rpartition(" ")
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        last += "es"
    elif last.endswith("y") and last[-2:-1] not in ("a", "e", "i", "o", "u"):
        last = last[:-1] + "ies"
    else:
        last += "s"
    return head + space + last


def number(n: int, *, spelled: bool) -> str:
    """Return n >= 0 as people write it: words below ten when `spelled`, thousands set off by a comma."""
    if spelled and n < len(_WORDS):
        return _WORDS[n]
    return f"{n:,}"


def tidy(text: str) -> str:
    """Collapse white space, close gaps before stops, end with a stop, and start sentences with a capital.

    After an ellipsis the sentence is taken to go on.
    """
    text = _SPACE_BEFORE_STOP.sub(r"\1", _SPACES.sub(" ", text).strip())
    if text and text[-1] not in ".!?":
        text += "."
    return _SENTENCE_START.sub(lambda m: m.group(1) + m.group(2).upper(), text)


def drop_last_stop(text: str) -> str:
    """Leave off a single full stop at the end, as most short posts do; other endings stay."""
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def slip(text: str, which: float) -> str:
    """Make one common typing mistake where the text offers one; `which` in [0, 1) chooses it."""
    found = [(right, wrong) for right, wrong in _SLIPS if right in text]
    if not found:
        return text
    right, wrong = found[int(which * len(found))]
    return text.replace(right, wrong, 1)
