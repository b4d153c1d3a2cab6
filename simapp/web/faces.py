"""What stands in the place of a picture of a user: two letters on a colour, the same wherever they appear."""

from __future__ import annotations

from typing import NamedTuple

TINTS = 6


class Face(NamedTuple):
    """letters: one or two; tint: 1 .. TINTS, a colour of the stylesheet."""

    letters: str
    tint: int


def face_of(user: int, name: str, handle: str) -> Face:
    """Return the face of a user: the first letters of the first and last word of a name, else of the handle."""
    letters = [word[0] for word in name.split() if word[0].isalnum()] or [c for c in handle if c.isalnum()][:1] or ["?"]
    return Face("".join((letters[0], letters[-1])[: len(letters)]).upper(), 1 + user % TINTS)
