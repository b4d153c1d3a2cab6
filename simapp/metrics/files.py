"""A person's own data as metrics look at them, and what they give: a value beside its null."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from simapp.engine.core.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from simapp.metrics.graphs import Graph
    from simapp.metrics.trees import Trees

DRAWS = 50
T = TypeVar("T")


class Score(NamedTuple):
    """A value, the mean of its null, and how many standard deviations of the null lie between; None where undefined."""

    value: float | None = None
    null_mean: float | None = None
    z: float | None = None


class Table(NamedTuple):
    """Rows of a CSV. words: texts [R] by column; numbers: float64[R] by column; rest: float64[R, d], other columns."""

    words: dict[str, list[str]]
    numbers: dict[str, NDArray[np.float64]]
    rest: NDArray[np.float64]


@dataclass(frozen=True)
class Files:
    """What `manage.py measure` was given; None or empty for what it was not.

    graph: N nodes. sides int32[N]: -1 for a node without one. opinions float64[N] in [-1, 1], NaN for a node
    without one. reference: real cascades to compare with, one for each. tables: by kind (texts, verdicts, ratings,
    reach, feeds). draws: of each null. streams: what nulls draw from.
    """

    graph: Graph | None = None
    given_sides: NDArray[np.int32] | None = None
    opinions: NDArray[np.float64] | None = None
    trees: Trees | None = None
    reference: Trees | None = None
    tables: dict[str, Table] = field(default_factory=dict)
    draws: int = DRAWS
    streams: Streams = field(default_factory=lambda: Streams(1))

    @property
    def kinds(self) -> set[str]:
        """What there is: of graph, sides, opinions, cascades, reference and the names of tables."""
        parts = {"graph": self.graph, "sides": self.sides, "opinions": self.opinions, "cascades": self.trees}
        found = {name for name, part in {**parts, "reference": self.reference}.items() if part is not None}
        return found | set(self.tables)

    @cached_property
    def sides(self) -> NDArray[np.int32] | None:
        """Sides as given; else the signs of the opinions, where 0 is no side."""
        if self.given_sides is not None or self.opinions is None:
            return self.given_sides
        return np.where(self.opinions > 0, 1, np.where(self.opinions < 0, 0, -1)).astype(np.int32)

    @property
    def network(self) -> Graph:
        """The graph; TypeError where none was given."""
        return _there(self.graph, "graph")

    @property
    def camps(self) -> NDArray[np.int32]:
        """The sides; TypeError where none were given."""
        return _there(self.sides, "sides")

    @property
    def x(self) -> NDArray[np.float64]:
        """The opinions; TypeError where none were given."""
        return _there(self.opinions, "opinions")

    @property
    def cascades(self) -> Trees:
        """The cascades; TypeError where none were given."""
        return _there(self.trees, "cascades")

    @property
    def reference_cascades(self) -> Trees:
        """The real cascades to compare with; TypeError where none were given."""
        return _there(self.reference, "reference")

    def table(self, kind: str) -> Table:
        """A table by its kind; TypeError where it was not given."""
        return _there(self.tables.get(kind), kind)

    def shuffles(self, purpose: str, values: NDArray[np.generic]) -> Iterator[NDArray[np.generic]]:
        """Yield `draws` random orders of values [N]; sizes of sides and the set of opinions stay as they are."""
        users = np.arange(values.shape[0])
        for draw in range(self.draws):
            yield values[
                np.argsort(self.streams.bits(f"measure/{purpose}", step=draw, user=users), kind="stable")
            ]

    def rewirings(self, purpose: str, graph: Graph) -> Iterator[Graph]:
        """Yield `draws` random graphs of the same degrees."""
        for draw in range(self.draws):
            yield graph.rewired(self.streams.key(f"measure/{purpose}", step=draw))


def _there(part: T | None, kind: str) -> T:
    if part is None:
        msg = f"there is no {kind} among the files"
        raise TypeError(msg)
    return part


def against(value: float | None, null: Iterable[float | None]) -> Score:
    """Return the value beside draws of its null; no z where the null does not vary or has fewer than 2 draws."""
    if value is None or not math.isfinite(value):
        return Score()
    drawn = np.array([x for x in null if x is not None and math.isfinite(x)], np.float64)
    if not drawn.shape[0]:
        return Score(float(value))
    mean = float(drawn.mean())
    spread = float(drawn.std(ddof=1)) if drawn.shape[0] > 1 else 0.0
    # What differs by rounding only does not vary.
    varies = spread > 1e-12 * max(1.0, abs(mean))
    return Score(float(value), mean, (float(value) - mean) / spread if varies else None)


def beside(value: float | None, null: float | None = None) -> Score:
    """Return the value beside a null that is known and does not vary; what is not finite is missing."""
    real = value is not None and math.isfinite(value)
    known = null is not None and math.isfinite(null)
    return Score(float(value) if real else None, float(null) if known else None)  # type: ignore[arg-type]
