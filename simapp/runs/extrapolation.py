"""From a few replies and an expected number of questions to what a run takes, with 95 % intervals.

A total is a sum of a random number of random terms. With n replies of mean m and variance s^2, and D expected questions
of variance V, its estimate is D m and its variance

    D^2 s^2 / n   (the mean is known from n replies only)
  + D s^2         (what single questions differ by)
  + V m^2         (how many there will be);

the interval is that of Student's t with the degrees of freedom of Welch and Satterthwaite, of which only the first
term has few (n - 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit


@dataclass(frozen=True)
class Estimate:
    """An amount with its variance; known_by: that part of the variance which few replies make, by their number - 1."""

    amount: float
    variance: float = 0.0
    known_by: tuple[tuple[float, int], ...] = ()

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval, not below 0."""
        if self.variance <= 0:
            return self.amount, self.amount
        few = sum(part**2 / freedom for part, freedom in self.known_by)
        freedom = self.variance**2 / few if few else 1e6
        half = float(stdtrit(max(1.0, freedom), 0.975)) * sqrt(self.variance)
        return max(0.0, self.amount - half), self.amount + half

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(
            self.amount + other.amount, self.variance + other.variance, self.known_by + other.known_by
        )

    def times(self, factor: float) -> Estimate:
        """Return the same in another unit."""
        parts = tuple((part * factor**2, freedom) for part, freedom in self.known_by)
        return Estimate(self.amount * factor, self.variance * factor**2, parts)

    def as_list(self) -> list[float]:
        """Return low, amount, high."""
        low, high = self.interval
        return [low, self.amount, high]


NOTHING = Estimate(0.0)


def total(values: Sequence[float], questions: float, variance: float) -> Estimate:
    """Return the sum over so many questions (and the variance of their number) of what replies were measured at.

    One reply says nothing of how replies differ: they are taken to differ by half of it.
    """
    held = np.asarray(values, np.float64)
    n, mean = held.shape[0], float(held.mean())
    spread = float(held.var(ddof=1)) if n > 1 else (mean / 2) ** 2
    known = questions**2 * spread / n
    parts = ((known, max(1, n - 1)),) if known else ()
    return Estimate(questions * mean, known + questions * spread + variance * mean**2, parts)


def seconds_of(
    by_step: NDArray[np.float64], variance: float, seconds: Sequence[float], at_once: int, batched: bool
) -> Estimate:
    """Return the time that steps wait for a model.

    seconds: from asking to answer, of questions that were asked together. at_once: how many the model answers at a
    time. batched: whether it answers many in one go (a local model), so that a question's share counts.
    """
    held, expected = np.asarray(seconds, np.float64), float(by_step.sum())
    if batched:
        return total(np.full(held.shape[0], held.max() / held.shape[0]), expected, variance)
    # Of more questions than fit at once, later ones waited for earlier ones.
    rounds = (-(-held.shape[0] // at_once) + 1) / 2
    # A step with any question waits for an answer at least once.
    waits = np.maximum(1.0 - np.exp(-by_step), by_step / at_once)
    factor = float(waits.sum()) / max(expected, 1e-9)
    return total(held / rounds, expected, variance).times(factor)


def reached_at(by_step: NDArray[np.float64], limit: float) -> int | None:
    """Return the step (from 1) in which what is used by step comes above a limit, None where it does not."""
    above = np.flatnonzero(np.cumsum(by_step) > limit)
    return int(above[0]) + 1 if above.shape[0] else None
