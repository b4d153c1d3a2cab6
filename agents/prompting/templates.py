"""Prompt templates: versioned files with named slots.

A set of templates is a folder here, called by name and version ("plain-1"), that never changes once a run has used
it; a new wording is a new folder. Its parts are text files: `shared` (what all users of a scenario share), `own`
(what follows it), and the single lines `post`, `comment` and `action`.

A slot is {name}; {{ and }} stand for braces. A line whose slots are all empty is left out. So is a word (what stands
between two spaces) whose slots are all switched off by the scenario's perception.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from string import Formatter

from simapp.engine.core.errors import WrongInput

FOLDER = Path(__file__).parent / "templates"

SLOTS: dict[str, tuple[str, ...]] = {
    "shared": ("actions", "topics", "line", "most", "places", "date"),
    "own": ("handle", "audience", "about", "views", "memory", "groups", "products", "feed", "options"),
    "post": ("number", "mark", "author", "age", "counters", "text"),
    "comment": ("number", "author", "age", "counters", "text"),
    "action": ("name", "text"),
}
"""The slots of each part. None of a user or a feed is among those of `shared`."""
NEEDED: dict[str, tuple[str, ...]] = {
    "shared": ("actions",),
    "own": ("feed", "options"),
    "post": ("number", "text"),
    "comment": ("number", "text"),
    "action": ("name",),
}
ONE_LINE = ("post", "comment", "action")
LONGEST_PART = 8_000

Fill = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Templates:
    """One set: `name`, and the text of each part. Raises WrongInput, one sentence, for parts that cannot be used."""

    name: str
    parts: Mapping[str, str]

    def __post_init__(self) -> None:
        for part, text in self.parts.items():
            if part not in SLOTS:
                msg = f"minds.templates: {part} is not a part; the parts are {', '.join(SLOTS)}."
                raise WrongInput(msg)
            _check(part, text)

    @classmethod
    def load(cls, name: str) -> Templates:
        """Return the set in the folder `name`; an unknown name raises WrongInput that lists the known ones."""
        known = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
        if name not in known:
            msg = f"minds.templates: there is no set {name!r}; known: {', '.join(known)}."
            raise WrongInput(msg)
        texts = {part: (FOLDER / name / f"{part}.txt").read_text(encoding="utf-8") for part in SLOTS}
        return cls(name, {part: text.rstrip("\n") for part, text in texts.items()})

    def overridden(self, changes: Mapping[str, str]) -> Templates:
        """Return the set with some parts replaced, as a scenario or a sweep asks for."""
        return replace(self, parts={**self.parts, **changes})

    @cached_property
    def digest(self) -> str:
        """16 hex digits that name these very texts."""
        text = "\x00".join(f"{part}\x00{self.parts[part]}" for part in SLOTS)
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    def has(self, part: str, slot: str) -> bool:
        """Return whether a part has this slot."""
        return slot in _slots(self.parts[part])

    def fill(self, part: str, off: frozenset[str] = frozenset()) -> Fill:
        """Return what fills a part from the values of its slots; those in `off` are not shown."""
        lines = [_line(line, off) for line in self.parts[part].split("\n")]
        if len(lines) == 1 and lines[0][1]:
            ((pattern, slots),) = lines
            return lambda values: pattern % tuple([values[slot] for slot in slots])

        def filled(values: Mapping[str, str]) -> str:
            out = []
            for pattern, slots in lines:
                if not slots:
                    out.append(pattern)
                    continue
                given = [values[slot] for slot in slots]
                if any(given):
                    out.append(pattern % tuple(given))
            return "\n".join(out)

        return filled


def _check(part: str, text: str) -> None:
    where = f"minds.templates.{part}"
    if len(text) > LONGEST_PART:
        msg = f"{where} has {len(text)} characters; the most are {LONGEST_PART}."
        raise WrongInput(msg)
    if part in ONE_LINE and "\n" in text:
        msg = f"{where} must be one line."
        raise WrongInput(msg)
    try:
        fields = [field for field in Formatter().parse(text) if field[1] is not None]
    except ValueError as problem:
        msg = f"{where} has a brace that belongs to no slot ({problem}); write {{{{ or }}}} for a brace."
        raise WrongInput(msg) from problem
    found = [str(name) for _, name, _, _ in fields]
    for name, (_, _, form, conversion) in zip(found, fields, strict=True):
        if name not in SLOTS[part] or form or conversion:
            msg = f"{where}: {{{name}}} is not a slot; its slots are {', '.join(SLOTS[part])}."
            raise WrongInput(msg)
    for name in NEEDED[part]:
        if name not in found:
            msg = f"{where} needs the slot {{{name}}}."
            raise WrongInput(msg)


def _line(line: str, off: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """Return a line as a pattern for % and the slots that fill it; as itself where it has none."""
    words = [word for word in line.split(" ") if not _slots(word) or set(_slots(word)) - off]
    kept = " ".join(words)
    slots = tuple(slot for slot in _slots(kept) if slot not in off)
    if not slots:
        return "".join(literal for literal, *_ in Formatter().parse(kept)), ()
    pattern = "".join(
        literal.replace("%", "%%") + ("%s" if name is not None and name not in off else "")
        for literal, name, _, _ in Formatter().parse(kept)
    )
    return pattern, slots


def _slots(text: str) -> tuple[str, ...]:
    return tuple(str(name) for _, name, _, _ in Formatter().parse(text) if name is not None)
