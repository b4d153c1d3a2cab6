"""The random draws of one text, and evenly used stacks of phrases.

Both are cut from the counter-based streams of the engine, so a text is a function of what it is (its
topic, cell and number in the cell), not of what was built before it in another cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simapp.engine.core.streams import Streams


class Dice:
    """The uniforms of one text, handed out in order; past the end it starts again from the front."""

    def __init__(self, uniforms: Sequence[float]) -> None:
        self._uniforms = uniforms
        self._at = 0

    def roll(self) -> float:
        """Return the next uniform in [0, 1)."""
        value = self._uniforms[self._at % len(self._uniforms)]
        self._at += 1
        return value

    def below(self, n: int) -> int:
        """Return an integer in 0 .. n - 1."""
        return min(int(self.roll() * n), n - 1)


class Deck:
    """Positions 0 .. n - 1, dealt in shuffled rounds so that every phrase is used equally often.

    Drawing phrases independently would use some three times as often as others, which a reader notices
    long before any template does.
    """

    def __init__(self, n: int, streams: Streams, purpose: str, cell: int) -> None:
        self._n = n
        self._streams = streams
        self._purpose = purpose
        self._cell = cell
        self._round = 0
        self._left: list[int] = []

    def deal(self) -> int:
        """Return the next position."""
        if not self._left:
            keys = self._streams.bits(
                self._purpose, step=self._round, user=self._cell, item=np.arange(self._n)
            )
            self._left = np.argsort(keys, kind="stable").tolist()
            self._round += 1
        return self._left.pop()
