"""The tones a text can be said in."""

from __future__ import annotations

from enum import IntEnum


class Tone(IntEnum):
    """How a text is said; stored as uint8 with the text."""

    EARNEST = 0
    WRY = 1
    ANGRY = 2
    ASKING = 3
    ANECDOTE = 4
    NEWSY = 5
    TERSE = 6
    HOPEFUL = 7
