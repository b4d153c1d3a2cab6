"""What a metric is: a formula with its range, edge cases, null and source, and how to compute it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from simapp.engine.record import MetricPoint

if TYPE_CHECKING:
    from simapp.metrics.view import View

# Charts show one group each, in this order.
GROUPS = ("opinions", "echo chambers", "largest cascade", "activity", "first votes", "refusals")


class Metric(ABC):
    """One number per step. A metric is one file in this folder that defines a subclass called `Here`.

    All texts are shown to people as they stand.
    name: the file's name. label: title of its chart. formula: plain text. unit: "" for a pure number.
    range: (lowest, highest), None where there is no bound. direction: what low and high mean.
    edge_cases: when it is missing (None, never 0) and what degenerate worlds give.
    null: what the null or baseline beside it is. reference: the literature, or "definition".
    cost: of a full pass (n users, m follow edges, h posts in the feed window, e events of the step).
    exactness: exact, or the error. group: one of GROUPS.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    formula: ClassVar[str]
    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float | None, float | None]]
    direction: ClassVar[str]
    edge_cases: ClassVar[str]
    null: ClassVar[str]
    reference: ClassVar[str]
    cost: ClassVar[str]
    exactness: ClassVar[str] = "exact"
    group: ClassVar[str]

    @abstractmethod
    def compute(self, view: View) -> MetricPoint:
        """Return value and null of one step, each None where it is undefined."""


def point(value: float | None, null: float | None = None) -> MetricPoint:
    """Return a point of Python floats; what is not finite is missing."""
    return MetricPoint(_finite(value), _finite(null))


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
