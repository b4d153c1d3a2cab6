"""Stylised facts: a figure, what is accepted, and whether it lies there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simapp.fidelity.base import Finding, reported

# Facts that were fitted: the median appeal of posts and the tail of followers by the first
# four, the rhythm of the day by the last. All others are predictions.
FITTED = ("alone", "deeper than one", "virality", "root share", "peak to trough")


@dataclass(frozen=True)
class Fact:
    """One figure of the default world; `low` to `high` is accepted, None: could not be told."""

    name: str
    value: float | None
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the figure is in its range."""
        return self.value is not None and self.low <= self.value <= self.high

    def __str__(self) -> str:
        value = "too few to tell" if self.value is None else f"{self.value:.3g}"
        return f"{self.name} {value} ({self.low:g} to {self.high:g}{'' if self.holds else ', missed'})"


def judged_facts(facts: list[Fact], remark: str) -> Finding:
    """Return a finding that passes where every fact holds, and reports which ones do not."""
    missed = [fact.name for fact in facts if not fact.holds]
    said = f"{len(facts) - len(missed)} of {len(facts)} hold"
    if missed:
        said += f"; missed: {', '.join(missed)}"
    fitted = [fact.name for fact in facts if fact.name in FITTED]
    said += f"; fitted: {', '.join(fitted) or 'none'}"
    return reported(
        not missed, "; ".join(str(fact) for fact in facts), "ranges of the facts", f"{said}; {remark}"
    )


def tail_exponent(sizes: np.ndarray) -> tuple[float | None, float | None]:
    """Return (exponent, mean log-likelihood gain over an exponential) of the tail of sizes int[C]; None if too short.

    Discrete approximation 1 + n / sum ln(x / (xmin - 1/2)) at the xmin of least Kolmogorov distance (Clauset, Shalizi
    & Newman 2009, SIAM Rev. 51, 661); the exponential is the geometric law fitted to the same tail.
    """
    x = np.sort(sizes[sizes >= 2]).astype(np.float64)
    best: tuple[float, float, float] | None = None
    for xmin in np.unique(x):
        tail = x[x >= xmin]
        if tail.shape[0] < 50:
            break
        alpha = 1.0 + tail.shape[0] / np.log(tail / (xmin - 0.5)).sum()
        values, at = np.unique(tail, return_index=True)
        empirical = 1.0 - at / tail.shape[0]
        fitted = ((values - 0.5) / (xmin - 0.5)) ** (1.0 - alpha)
        distance = float(np.abs(empirical - fitted).max())
        if best is None or distance < best[0]:
            best = (distance, float(xmin), float(alpha))
    if best is None:
        return None, None
    _, xmin, alpha = best
    tail = x[x >= xmin]
    rate = np.log1p(1.0 / max(tail.mean() - xmin, 1e-9))
    power = np.log((alpha - 1.0) / (xmin - 0.5)) - alpha * np.log(tail / (xmin - 0.5))
    exponential = np.log(-np.expm1(-rate)) - rate * (tail - xmin)
    return alpha, float((power - exponential).mean())
