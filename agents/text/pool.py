"""The texts of a run, in columns, and the vectorised choice among them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.text.frames import CELLS, EDGES

_KINDS = len(EDGES)
_MOST = max(len(edges) for edges in EDGES.values()) + 1
_EDGES = np.full((_KINDS, _MOST - 1), np.inf)
for _kind, _row in EDGES.items():
    _EDGES[_kind, : len(_row)] = _row
_FIRST_CELL = np.array([[cell[0] for cell in CELLS].index(kind) for kind in range(_KINDS)], np.int64)


@dataclass(frozen=True, slots=True)
class TextPool:
    """N distinct texts, sorted by (topic, cell, template).

    `topics` are the slugs; `texts` the N texts, 280 characters at most; `topic` int16[N] the position in
    `topics`; `stance` float32[N] in [-1, 1]; `tone` uint8[N] (`tones.Tone`); `template` int32[N], dense from
    0, equal where two texts have the same frame and the same lines; `kind` uint8[N] (0 post, 1 comment,
    2 quote remark).

    A cell is a (topic, kind, stance bucket); `cell_start` int64[C + 1] are its first templates and
    `template_start` int64[T + 1] the first texts of each template.
    """

    topics: tuple[str, ...]
    texts: list[str]
    topic: NDArray[np.int16]
    stance: NDArray[np.float32]
    tone: NDArray[np.uint8]
    template: NDArray[np.int32]
    kind: NDArray[np.uint8]
    cell_start: NDArray[np.int64] = field(repr=False)
    template_start: NDArray[np.int64] = field(repr=False)

    def __len__(self) -> int:
        """Return N."""
        return len(self.texts)

    def cell_of(self, kind: ArrayLike, topic: ArrayLike, stance: ArrayLike) -> NDArray[np.int64]:
        """Return the cell int64[A] of each (kind, topic, stance), broadcast against each other.

        Raises ValueError for a kind or topic out of range and for a stance that is not a number.
        """
        kinds, topics, stances = np.broadcast_arrays(
            np.atleast_1d(np.asarray(kind, np.int64)),
            np.asarray(topic, np.int64),
            np.asarray(stance, np.float64),
        )
        if kinds.size and not 0 <= int(kinds.min()) <= int(kinds.max()) < _KINDS:
            raise ValueError(
                f"kind must be 0 (post), 1 (comment) or 2 (quote), not {kinds.min()} to {kinds.max()}"
            )
        if topics.size and not 0 <= int(topics.min()) <= int(topics.max()) < len(self.topics):
            raise ValueError(
                f"topic must be 0 to {len(self.topics) - 1}, not {topics.min()} to {topics.max()}"
            )
        if np.isnan(stances).any():
            raise ValueError("stance must be a number in [-1, 1], not NaN")
        bucket = (stances[:, None] >= _EDGES[kinds]).sum(axis=1)
        cell: NDArray[np.int64] = topics * len(CELLS) + _FIRST_CELL[kinds] + bucket
        return cell

    def choose(
        self, kind: ArrayLike, topic: ArrayLike, stance: ArrayLike, u: ArrayLike, v: ArrayLike
    ) -> NDArray[np.int32]:
        """Return the text int32[A] that a user of this stance writes on this topic.

        `kind` (one, or uint8[A]), `topic` int16[A], `stance` float[A] in [-1, 1] (beyond is read as the
        end), `u` and `v` float64[A] in [0, 1). The text comes from the bucket the stance falls into; `u`
        chooses a template uniformly, `v` a text of that template uniformly, so no template is worn out
        because it happens to have many texts. Raises ValueError as `cell_of` does.
        """
        cell = self.cell_of(kind, topic, stance)
        template = _pick(self.cell_start, cell, np.asarray(u, np.float64))
        return _pick(self.template_start, template, np.asarray(v, np.float64)).astype(np.int32)


def _pick(start: NDArray[np.int64], group: NDArray[np.int64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return one member of each group, uniformly; a u of 1 - 2**-53 must not round up into the next group."""
    first = start[group]
    size = start[group + 1] - first
    picked: NDArray[np.int64] = first + np.minimum((u * size).astype(np.int64), size - 1)
    return picked
