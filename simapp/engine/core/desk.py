"""Where reading is answered from: people's profile text, and the feed that the run ranks with.

Both lie outside the world: profiles are too large to hold and never change, and the feed is a part of the run
that can be switched. Whoever puts a run together fills the desk; it is in no snapshot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.population import Profiles
from simapp.engine.core.textindex import TextIndex

_SLICE = 50_000
# Around and between the parts of a profile: no text holds them, so that nothing is found across two parts.
_EDGE, _PART = "\x1e", "\x1f"

Serve = Callable[[NDArray[np.int32]], FeedBatch]


class Desk:
    """profiles: read in slices when somebody first searches for users, then held as one folded text (about
    100 bytes a user). serve: ranks the feed of viewers int32[V], ascending; None where nothing is ranked."""

    def __init__(self, profiles: Profiles | None = None, serve: Serve | None = None) -> None:
        self.profiles, self.serve = profiles, serve
        self._index: tuple[TextIndex, TextIndex] | None = None

    def __deepcopy__(self, _memo: dict[int, Any]) -> Desk:
        # A copied world is served from the same desk: it has no state of the world.
        return self

    def named(self, needle: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return users int64[H], each list ascending: whose whole handle or name the text is, whose handle or
        name holds it, whose bio holds it."""
        nobody = np.zeros(0, np.int64)
        if self.profiles is None or not needle:
            return nobody, nobody, nobody
        if self._index is None:
            self._index = _index(self.profiles)
        names, bios = self._index
        whole = np.union1d(names.holding(f"{_EDGE}{needle}{_PART}"), names.holding(f"{_PART}{needle}{_EDGE}"))
        return whole, names.holding(needle), bios.holding(needle)


def _index(profiles: Profiles) -> tuple[TextIndex, TextIndex]:
    names, bios = TextIndex(), TextIndex()
    for lo in range(0, len(profiles), _SLICE):
        rows = profiles.rows(lo, lo + _SLICE)
        names.add(f"{_EDGE}{row.handle}{_PART}{row.name}{_EDGE}" for row in rows)
        bios.add(row.bio for row in rows)
    return names, bios
