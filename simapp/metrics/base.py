"""What a metric is: a formula with its range, edge cases, null and source, and how to compute it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from simapp.engine.record import MetricPoint

if TYPE_CHECKING:
    from simapp.metrics.files import Files, Score
    from simapp.metrics.view import View

# The order of the catalogue.
GROUPS = (
    *("opinions", "affect", "echo chambers", "exposure", "network", "largest cascade", "cascades"),
    *("activity", "inequality", "texts", "first votes", "refusals", "comparisons"),
)


class Metric(ABC):
    """One number per step. A metric is one file in this folder that defines a subclass called `Here`.

    All texts are shown to people as they stand.
    name: the file's name. label: title of its chart. formula: plain text. unit: "" for a pure number.
    range: (lowest, highest), None where there is no bound. direction: what low and high mean.
    edge_cases: when it is missing (None, never 0) and what degenerate worlds give.
    null: what the null or baseline beside it is. reference: the literature, or "definition".
    example: what a small input gives, "" for none: "INPUT gives VALUE[, null NULL]", computed by a test.
    cost: of a full pass (n users, m follow edges, h posts in the feed window, e events of the step).
    exactness: exact, or the error. group: one of GROUPS.
    usual: whether a scenario's `default` has it; a live metric without it is computed where a scenario names it.
    live: whether a run can compute it at each step. reads: the kinds of `Files` that `score` needs, () when it
    cannot be computed of a person's own files. asked_by: what in a scenario brings it, where that is not `metrics`.
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
    usual: ClassVar[bool] = True
    example: ClassVar[str] = ""
    live: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ()
    asked_by: ClassVar[str] = ""

    @abstractmethod
    def compute(self, view: View) -> MetricPoint:
        """Return value and null of one step, each None where it is undefined."""

    def score(self, files: Files) -> Score:
        """Return the value of a person's own data beside its null; files has every kind in `reads`."""
        msg = f"{self.name} cannot be computed of files"
        raise TypeError(msg)


class OnDemand(Metric):
    """A metric that is never part of a step: too dear, or of data that a step does not have."""

    usual: ClassVar[bool] = False
    live: ClassVar[bool] = False

    def compute(self, view: View) -> MetricPoint:
        """Raise TypeError: no step has this metric."""
        msg = f"{self.name} is computed on demand, not in a step"
        raise TypeError(msg)


def point(value: float | None, null: float | None = None) -> MetricPoint:
    """Return a point of Python floats; what is not finite is missing."""
    return MetricPoint(_finite(value), _finite(null))


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
