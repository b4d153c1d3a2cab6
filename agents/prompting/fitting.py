"""How much of what somebody remembers is told."""

from __future__ import annotations

from collections.abc import Sequence


def as_fits(memories: Sequence[str], room: int) -> str:
    """Return as many memories as fit into `room` characters, from the first on; of that one as much as fits."""
    words = memories[0][: max(room, 0)] if memories else ""
    for memory in memories[1:]:
        if len(words) + 2 + len(memory) <= room:
            words = f"{words}; {memory}"
    return words
