"""Compose the texts of one topic, cell by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from agents.text.asides import LEADS, SHARED
from agents.text.dice import Deck, Dice
from agents.text.frames import CELLS, EDGES, POST, Frame
from agents.text.library import Line, Topic
from agents.text.phrase import say
from agents.text.surface import drop_last_stop, slip, tidy
from agents.text.tones import Tone
from simapp.engine.core.streams import Streams

MAX_CHARACTERS = 280
MIN_WORDS, MAX_WORDS = 3, 60
_DRAWS = 64
_SIDES = {-1: "_minus", 0: "_neutral", 1: "_plus"}
_SIDED = {"strong", "mild", "scene", "ask", "reply", "remark"}
_WORD = re.compile(r"[a-z0-9']+")
_EXCLAIM = 0.25
_LOWER = 0.20
_NO_STOP = 0.35
_BARE_APOSTROPHE = 0.3
_TAG = 0.12
_SLIP = 0.01


@dataclass(slots=True)
class Made:
    """One template: its stance in [-1, 1] and its texts with their tones."""

    stance: float
    texts: list[tuple[str, Tone]] = field(default_factory=list)


class Composer:
    """Writes texts on one topic; `taken` holds every text of the pool in folded form and is added to."""

    def __init__(self, topic: Topic, streams: Streams, taken: set[str]) -> None:
        self._topic = topic
        self._streams = streams
        self._taken = taken

    def fill(self, cell: int, size: int, floor: int) -> list[Made]:
        """Return at least `floor` templates of one cell (a position in `frames.CELLS`) with `size` texts.

        Raises ValueError when the topic's lines cannot make so many.
        """
        kind, side, frames = CELLS[cell]
        purpose = f"text/{self._topic.slug}"
        banks = {part: self._bank(part, side) for frame in frames for part in frame.parts}
        decks = {
            part: Deck(len(lines), self._streams, f"{purpose}/{part}", cell) for part, lines in banks.items()
        }
        attempts = 4 * size + 64
        uniforms = self._streams.uniform(
            purpose, user=cell, item=np.arange(attempts * _DRAWS).reshape(attempts, _DRAWS)
        ).tolist()
        made: dict[tuple[int, ...], Made] = {}
        count = 0
        for row in uniforms:
            if count == size:
                break
            dice = Dice(row)
            frame_number = _pick_frame(frames, dice.roll())
            frame = frames[frame_number]
            chosen = self._deal(frame, banks, decks)
            if chosen is None:
                continue
            numbers, lines = chosen
            text, tone = self._render(kind, side, frame, lines, dice)
            folded = " ".join(_WORD.findall(text.lower()))
            # Two lines of one bank make the same template in either order.
            key = (frame_number, *(sorted(numbers) if len(set(frame.parts)) == 1 else numbers))
            repeats = key in made and len(made) < floor
            if repeats or not _fits(text, folded) or folded in self._taken:
                continue
            self._taken.add(folded)
            if key not in made:
                made[key] = Made(_stance(kind, side, frame, lines, numbers))
            made[key].texts.append((text, tone))
            count += 1
        if count < size:
            raise ValueError(
                f"topic {self._topic.slug!r} has too few lines for cell {cell}: {count} of {size} texts"
            )
        return list(made.values())

    def _bank(self, part: str, side: int) -> tuple[Line, ...]:
        if part in SHARED:
            return SHARED[part]
        return self._topic.banks[part + _SIDES[side] if part in _SIDED else part]

    def _deal(
        self, frame: Frame, banks: dict[str, tuple[Line, ...]], decks: dict[str, Deck]
    ) -> tuple[tuple[int, ...], list[Line]] | None:
        """Return the numbers and lines of a frame, or None when they do not go together."""
        numbers = tuple(decks[part].deal() for part in frame.parts)
        lines = [banks[part][n] for part, n in zip(frame.parts, numbers, strict=True)]
        if len(set(zip(frame.parts, numbers, strict=True))) < len(numbers):
            return None
        return (numbers, lines) if _agree(frame, lines) else None

    def _render(self, kind: int, side: int, frame: Frame, lines: list[Line], dice: Dice) -> tuple[str, Tone]:
        said: dict[str, str] = {}
        pieces = []
        for part, line in zip(frame.parts, lines, strict=True):
            piece = say(line.phrase, dice, self._topic.words, said).strip()
            pieces.append(piece if piece[-1] in ".!?" or part in LEADS else piece + ".")
        tone = _tone(frame, lines, pieces)
        text = tidy(" ".join(pieces))
        if lines[-1].tone is Tone.ANGRY and text.endswith(".") and dice.roll() < _EXCLAIM:
            text = text[:-1] + "!"
        lower = dice.roll() < _LOWER
        if dice.roll() < _NO_STOP + 0.4 * lower:
            text = drop_last_stop(text)
        if dice.roll() < _SLIP:
            text = slip(text, dice.roll())
        if lower:
            text = text.lower()
            if dice.roll() < _BARE_APOSTROPHE:
                text = (
                    text.replace("n't", "nt")
                    .replace("i'm", "im")
                    .replace("'ve", "ve")
                    .replace("that's", "thats")
                )
        if kind == POST and dice.roll() < _TAG:
            tags = self._topic.tags[side]
            text = f"{text} #{tags[dice.below(len(tags))]}"
        return text, tone


def _agree(frame: Frame, lines: list[Line]) -> bool:
    """Say whether the tones of the lines go together.

    Two marked tones clash. A hopeful remark around a plain claim reads as sarcasm ("we can do this"
    after a complaint), so it needs a hopeful claim; wry and angry ones go with any claim.
    """
    tones = {line.tone for line in lines} - {Tone.EARNEST}
    if len(tones) > 1:
        return False
    claims = [line for part, line in zip(frame.parts, lines, strict=True) if part not in SHARED]
    return Tone.HOPEFUL not in tones or any(line.tone is Tone.HOPEFUL for line in claims)


def _pick_frame(frames: tuple[Frame, ...], u: float) -> int:
    target = u * sum(frame.share for frame in frames)
    for number, frame in enumerate(frames):
        target -= frame.share
        if target < 0:
            return number
    return len(frames) - 1


def _tone(frame: Frame, lines: list[Line], pieces: list[str]) -> Tone:
    marked = [line.tone for line in lines if line.tone is not Tone.EARNEST]
    if marked:
        return marked[0]
    if sum(len(piece.split()) for piece in pieces) <= 8:
        return Tone.TERSE
    if frame.parts[0] == "news":
        return Tone.NEWSY
    if any(part.startswith("scene") for part in frame.parts):
        return Tone.ANECDOTE
    if pieces[-1].endswith("?"):
        return Tone.ASKING
    return Tone.EARNEST


def _stance(kind: int, side: int, frame: Frame, lines: list[Line], numbers: tuple[int, ...]) -> float:
    """Return side x weight, angrier being stronger, spread a little by which lines were chosen."""
    lean = side or 1
    spread = (sum((i + 3) * n for i, n in enumerate(numbers)) % 9 - 4) / 100
    angry = 0.06 if side and any(line.tone is Tone.ANGRY for line in lines) else 0.0
    value = lean * min(1.0, frame.weight + angry) + spread
    edges = EDGES[kind]
    cell = sum((frame.weight * lean) >= edge for edge in edges)
    low = edges[cell - 1] + 0.01 if cell else -1.0
    high = edges[cell] - 0.01 if cell < len(edges) else 1.0
    return min(max(value, low), high)


def _fits(text: str, folded: str) -> bool:
    """Say whether a text has a fair length and does not say the same thing twice."""
    words = folded.split()
    if not MIN_WORDS <= len(words) <= MAX_WORDS or len(text) > MAX_CHARACTERS:
        return False
    threes = list(zip(words, words[1:], words[2:], strict=False))
    return len(set(threes)) == len(threes)
