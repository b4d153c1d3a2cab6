"""Text that must not be longer than a prompt has room for."""

from __future__ import annotations

MAX_PERSONA = 240
"""Characters of a persona in a prompt."""


def shortened(text: str, most: int) -> str:
    """Return text of at most `most` characters (>= 1), cut between words and marked where it was longer."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;.") + "…"
