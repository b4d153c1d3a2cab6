"""The topic files: what each side says, line by line, and how a line is read.

A topic file is TOML. `minus` and `plus` state what the sides -1 and +1 argue. Every other text is a block
of lines, one phrase per line, written in lower case unless a name; the renderer sets the capitals. A claim
may begin with a tone mark: `~` wry, `!` angry, `^` hopeful; without one it is earnest.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agents.text.lexicon import LEXICON
from agents.text.phrase import Phrase, PhraseError, parse
from agents.text.tones import Tone

FOLDER = Path(__file__).parent / "topics"
BANKS = (
    "strong_minus", "mild_minus", "scene_minus", "ask_minus", "reply_minus", "remark_minus",
    "neutral", "scene_neutral", "ask_neutral", "reply_neutral", "remark_neutral", "news",
    "strong_plus", "mild_plus", "scene_plus", "ask_plus", "reply_plus", "remark_plus",
)  # fmt: skip
_MARKS = {"~": Tone.WRY, "!": Tone.ANGRY, "^": Tone.HOPEFUL}


@dataclass(frozen=True, slots=True)
class Line:
    """One phrase and the tone it is said in."""

    phrase: Phrase
    tone: Tone


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: the two sides in words, the banks of lines, hashtags by side (-1, 0, 1), word lists."""

    slug: str
    label: str
    minus: str
    plus: str
    banks: Mapping[str, tuple[Line, ...]]
    tags: Mapping[int, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]


@cache
def list_topics() -> tuple[str, ...]:
    """Return the slugs of all topics, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def get_topic(slug: str) -> Topic:
    """Return one topic. Raises ValueError for an unknown slug and PhraseError for a damaged file."""
    if slug not in list_topics():
        raise ValueError(f"topic {slug!r} has no texts; known topics are {', '.join(list_topics())}")
    data = tomllib.loads((FOLDER / f"{slug}.toml").read_text(encoding="utf-8"))
    words = {**LEXICON, **{name: tuple(lines) for name, lines in data.get("words", {}).items()}}
    missing = [bank for bank in BANKS if not data.get(bank, "").strip()]
    if missing:
        raise PhraseError(f"{slug}.toml has no lines for {', '.join(missing)}")
    return Topic(
        slug=slug,
        label=data["label"],
        minus=data["minus"],
        plus=data["plus"],
        banks={bank: read_lines(data[bank], words) for bank in BANKS},
        tags={-1: tuple(data["tags_minus"]), 0: tuple(data["tags_neutral"]), 1: tuple(data["tags_plus"])},
        words=words,
    )


def read_lines(block: str, words: Mapping[str, tuple[str, ...]]) -> tuple[Line, ...]:
    """Read a block of lines; empty lines are skipped."""
    lines = []
    for raw in block.splitlines():
        text = raw.strip()
        if text:
            tone = _MARKS.get(text[0], Tone.EARNEST)
            lines.append(Line(parse(text.lstrip("~!^"), words), tone))
    return tuple(lines)
