"""Phrases with slots: how a line of a topic file becomes words.

A slot stands in braces, and slots nest:

- `{a|b|c}`       one of the alternatives (an empty one is allowed)
- `{town}`        a word of that list; the same word wherever the name returns in one text, while
                  `{town2}` is another word of the same list
- `{3-9}`         a number in digits; `{900-1600/50}` in steps of 50; `{3-9 week}` with its noun, plural
                  when it must be; `{2..9 bus}` spelled out when below ten
- `{a:...}`       a or an, then the slot's content: `{a:18-40} minute wait`
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.text.dice import Dice
from agents.text.surface import article, number, plural

_RANGE = re.compile(r"(\d+)(-|\.\.)(\d+)(?:/(\d+))?(?: (.+))?")
_NAME = re.compile(r"([a-z_]+)(\d*)")


@dataclass(frozen=True, slots=True)
class Words:
    """Fixed text."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several phrases."""

    options: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A word of a list; `key` tells `town` from `town2`."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number, low to high by step, with an optional counted noun."""

    low: int
    high: int
    step: int
    noun: str
    spelled: bool


@dataclass(frozen=True, slots=True)
class WithArticle:
    """A phrase with a or an before it."""

    inner: Phrase


Part = Words | Choice | Named | Number | WithArticle
Phrase = tuple[Part, ...]


class PhraseError(ValueError):
    """A line of a topic file that cannot be read; the text names the line."""


def parse(line: str, names: Sequence[str] | Mapping[str, object]) -> Phrase:
    """Read one line; `names` are the known word lists. Raises PhraseError naming the line."""
    parts: list[Part] = []
    at = 0
    while at < len(line):
        brace = line.find("{", at)
        stop = len(line) if brace < 0 else brace
        if stop > at:
            if "}" in line[at:stop]:
                raise PhraseError(f"a closing brace too many in: {line}")
            parts.append(Words(line[at:stop]))
        if brace < 0:
            break
        end = _matching(line, brace)
        parts.append(_slot(line[brace + 1 : end], names, line))
        at = end + 1
    return tuple(parts)


def _matching(line: str, brace: int) -> int:
    depth = 0
    for i in range(brace, len(line)):
        depth += (line[i] == "{") - (line[i] == "}")
        if depth == 0:
            return i
    raise PhraseError(f"a brace is never closed in: {line}")


def _split(body: str) -> list[str]:
    options, depth, start = [], 0, 0
    for i, char in enumerate(body):
        depth += (char == "{") - (char == "}")
        if char == "|" and depth == 0:
            options.append(body[start:i])
            start = i + 1
    return [*options, body[start:]]


def _slot(body: str, names: Sequence[str] | Mapping[str, object], line: str) -> Part:
    if body.startswith("a:"):
        return WithArticle((_slot(body[2:], names, line),))
    options = _split(body)
    if len(options) > 1:
        return Choice(tuple(parse(option, names) for option in options))
    found = _RANGE.fullmatch(body)
    if found:
        low, dash, high, step, noun = found.groups()
        if int(low) > int(high):
            raise PhraseError(f"the range {{{body}}} runs backwards in: {line}")
        return Number(int(low), int(high), int(step or 1), noun or "", dash == "..")
    name = _NAME.fullmatch(body)
    if name and name.group(1) in names:
        return Named(name.group(1), body)
    raise PhraseError(f"the slot {{{body}}} is not known in: {line}")


def say(phrase: Phrase, dice: Dice, words: Mapping[str, Sequence[str]], said: dict[str, str]) -> str:
    """Return the words of a phrase; `said` remembers named slots through one text and is added to."""
    out = []
    for part in phrase:
        if isinstance(part, Words):
            out.append(part.text)
        elif isinstance(part, Choice):
            out.append(say(part.options[dice.below(len(part.options))], dice, words, said))
        elif isinstance(part, Named):
            out.append(_named(part, dice, words, said))
        elif isinstance(part, Number):
            n = part.low + part.step * dice.below((part.high - part.low) // part.step + 1)
            out.append(number(n, spelled=part.spelled))
            if part.noun:
                out.append(" " + (part.noun if n == 1 else plural(part.noun)))
        else:
            inner = say(part.inner, dice, words, said)
            out.append(f"{article(inner)} {inner}")
    return "".join(out)


def _named(part: Named, dice: Dice, words: Mapping[str, Sequence[str]], said: dict[str, str]) -> str:
    if part.key not in said:
        choices = words[part.name]
        taken = {word for key, word in said.items() if key.startswith(part.name)}
        first = dice.below(len(choices))
        rotated = [*choices[first:], *choices[:first]]
        said[part.key] = next((word for word in rotated if word not in taken), choices[first])
    return said[part.key]
