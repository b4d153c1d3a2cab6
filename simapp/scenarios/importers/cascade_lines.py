"""Cascades as lines of JSON: `parent` (index of whom each share came from, -1 for the first) and `minutes`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.graph_findings import LeftOut
from simapp.scenarios.importers.packed import as_text, unpack

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_SHARES = 100_000_000
FAR = 1e12  # minutes: two million years


@dataclass(frozen=True)
class CascadeImport:
    """C cascades end to end: cascade c has the nodes start[c] .. start[c + 1] - 1.

    start int64[C + 1]; parent int32[K]: index within the cascade, -1 for its root. minutes float64[K]: when each
    was shared, counted from an origin of the file's own; NaN where the file says nothing.
    """

    start: NDArray[np.int64]
    parent: NDArray[np.int32]
    minutes: NDArray[np.float64]
    skipped: list[LeftOut] = field(default_factory=list)

    @property
    def cascades(self) -> int:
        """Number of cascades C."""
        return int(self.start.shape[0] - 1)


def read_cascades(data: bytes) -> CascadeImport:
    """Return the cascades of a JSONL file, gzip or plain; lines that are no tree are left out with their reason."""
    parents: list[NDArray[np.int32]] = []
    minutes: list[NDArray[np.float64]] = []
    skipped: list[LeftOut] = []
    total = 0
    for place, line in enumerate(as_text(unpack(data)).splitlines(), 1):
        if not line.strip():
            continue
        found = _cascade(line)
        if isinstance(found, str):
            skipped.append(LeftOut(f"line {place}", found))
            continue
        parents.append(found[0])
        minutes.append(found[1])
        total += found[0].shape[0]
        if total > MAX_SHARES:
            raise WrongInput(f"The cascades have more than {MAX_SHARES} shares together.")
    if not parents:
        why = f" ({skipped[0]})" if skipped else ""
        raise WrongInput(
            f"The file holds no cascade; each line is a JSON object with parent and minutes{why}."
        )
    start = np.concatenate([[0], np.cumsum([p.shape[0] for p in parents])]).astype(np.int64)
    return CascadeImport(start, np.concatenate(parents), np.concatenate(minutes), skipped)


def _cascade(line: str) -> tuple[NDArray[np.int32], NDArray[np.float64]] | str:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError):
        return "It is no valid JSON."
    if not isinstance(row, dict) or not isinstance(row.get("parent"), list):
        return "It has no list parent."
    parent, minutes = row["parent"], row.get("minutes", [])
    if not isinstance(minutes, list) or len(minutes) not in (0, len(parent)):
        return f"Its minutes are no list of {len(parent)}, the length of parent."
    if any(type(p) is not int or not -1 <= p < len(parent) for p in parent):
        return f"A parent is no number from -1 to {len(parent) - 1}."
    if any(isinstance(m, bool) or not isinstance(m, int | float) or not -FAR < m < FAR for m in minutes):
        return "One of its minutes is no number."
    tree = np.array(parent, np.int32)
    roots = int(np.count_nonzero(tree < 0))
    if roots != 1:
        return f"It has {roots} nodes without a parent; a tree has one."
    if _has_ring(tree):
        return "Its parents go round in a ring."
    return tree, np.array(minutes, np.float64) if minutes else np.full(len(parent), np.nan)


def _has_ring(parent: NDArray[np.int32]) -> bool:
    # Pointers are doubled: after k rounds everybody has gone 2**k steps up, and who is in a tree is at its root.
    up = np.where(parent < 0, np.arange(parent.shape[0]), parent)
    for _ in range(max(1, int(parent.shape[0]).bit_length())):
        up = up[up]
    return bool((parent[up] >= 0).any())
