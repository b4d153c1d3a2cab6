"""What an experiment's page says: cells, counts, and its results as texts and as places in the forest plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from simapp.experiments.grid import FAILED, GONE
from simapp.experiments.methods import methods_of
from simapp.metrics.registry import metric_named
from simapp.web.numbers import clock_time, three_digits
from simapp.web.run_charts import chart_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simapp.experiments.grid import Grid
    from simapp.experiments.results import Contrast, Found, Results
    from simapp.models import Arm, Experiment

MARKS = {
    "finished": "\u2713", "running": "\u25b6", "queued": "\u00b7", "paused": "\u2016", "stopped": "\u25a0",
    "failed": "\u2715", GONE: "\u2013",
}  # fmt: skip
COLOURS, DASHES = 6, 4
MISSING = "\u2013"


@dataclass(frozen=True)
class Line:
    """How an arm is drawn: colour 1 .. 6 and dash 0 .. 3, the same in every chart of the page."""

    arm: Arm
    colour: int
    dash: int


@dataclass(frozen=True)
class Row:
    """One contrast as shown. x: percent of the width of the forest plot, texts as SVG wants them."""

    line: Line
    n: int
    means: str
    difference: str
    t: str
    bca: str
    effect: str
    p: str
    adjusted: str
    needed: str
    half: str
    clear: bool
    low: str
    high: str
    middle: str


@dataclass(frozen=True)
class Shown:
    """One metric: its rows, and the axis of its forest plot (place of zero, and ticks as place and text)."""

    name: str
    label: str
    direction: str
    rows: list[Row]
    zero: str
    ticks: list[tuple[str, str]]
    spec: dict[str, Any]


def lines_of(arms: Sequence[Arm]) -> list[Line]:
    """Return how each arm is drawn."""
    return [Line(arm, arm.number % COLOURS + 1, arm.number // COLOURS % DASHES) for arm in arms]


def grid_context(experiment: Experiment, grid: Grid) -> dict[str, Any]:
    """What the grid part says."""
    counts = grid.counts
    left = grid.seconds_left
    failed = sum(counts.get(status, 0) for status in FAILED)
    return {
        "experiment": experiment,
        "grid": grid,
        "lines": [(line, row) for line, row in zip(lines_of(grid.arms), grid.rows, strict=True)],
        "marks": MARKS,
        "counts": [(status, MARKS[status], number) for status, number in counts.items()],
        "finished": counts.get("finished", 0),
        "cells": len(grid.places),
        "failed": failed,
        "stopped": counts.get("stopped", 0),
        "paused": counts.get("paused", 0) + sum(r.wanted == "pause" for r in grid.runs("queued", "running")),
        "moving": sum(r.wanted == "run" for r in grid.runs("queued", "running", "paused")),
        "eta": f"{clock_time(left)} left" if left is not None else "",
        "done": grid.done,
        "total": grid.total,
    }


def results_context(results: Results, within: str = "") -> dict[str, Any]:
    """What the results part says."""
    lines = lines_of(results.grid.arms)
    return {
        "experiment": results.experiment,
        "arms": lines,
        "control": results.grid.arms[0],
        "metrics": [_shown(metric, lines, results.experiment) for metric in results.metrics],
        "pairs": results.pairs,
        "tests": results.tests,
        "methods": methods_of(results),
        "within": within,
        "reading": results.experiment.get_reading_display(),
        "many": sum(one.found.n for metric in results.metrics for one in metric.contrasts),
    }


def _shown(metric: Found, lines: list[Line], experiment: Experiment) -> Shown:
    ends = [0.0]
    for one in metric.contrasts:
        ends += [end for end in (*(one.found.t or ()), one.found.mean) if end is not None]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.06 or 1.0
    low, high = low - room, high + room

    def place(value: float) -> str:
        return f"{100 * (value - low) / (high - low):.2f}%"

    chart = chart_named(metric.name)
    declared = metric_named(metric.name)
    series = reverse("experiment-series", args=[experiment.pk, metric.name])
    spec = {
        "key": metric.name,
        "title": metric.label,
        "about": chart.about if chart else metric.direction,
        "low": declared.range[0],
        "high": declared.range[1],
        "lines": [{"label": line.arm.name, "colour": line.colour, "dash": line.dash} for line in lines],
        "table": series,
        "csv": f"{series}?format=csv",
    }
    # A tick too near to zero's would be written over it.
    edges = [value for value in (min(ends), max(ends)) if abs(value) > 0.2 * (high - low)]
    ticks = [(place(value), signed(value)) for value in edges]
    rows = [_row(one, lines[one.arm.number], place) for one in metric.contrasts]
    return Shown(metric.name, metric.label, spec["about"], rows, place(0.0), ticks, spec)


def _row(one: Contrast, line: Line, place: Any) -> Row:
    found, test = one.found, one.found.test
    drawn = found.t or ((found.mean, found.mean) if found.mean is not None else None)
    effect = MISSING
    if found.d_z is not None:
        effect = signed(found.d_z) + (f" ({signed(found.g)})" if found.g is not None else "")
    return Row(
        line=line,
        n=found.n,
        means=f"{number(found.arm)} against {number(found.control)}",
        difference=signed(found.mean),
        t=interval(found.t),
        bca=interval(found.bca),
        effect=effect,
        p=chance(test.p if test else None),
        adjusted=chance(one.adjusted),
        needed=MISSING if one.needed is None else str(one.needed),
        half=number(one.half),
        clear=bool(found.t and (found.t[0] > 0 or found.t[1] < 0)),
        low=place(drawn[0]) if drawn else "",
        high=place(drawn[1]) if drawn else "",
        middle=place(found.mean) if found.mean is not None else "",
    )


def number(value: float | None) -> str:
    """Return a value with three digits, or a dash where there is none."""
    return MISSING if value is None else three_digits(value)


def signed(value: float | None) -> str:
    """Return a difference with its sign; exactly none is 0."""
    if value is None:
        return MISSING
    return ("+" if value > 0 else "") + three_digits(value)


def interval(ends: tuple[float, float] | None) -> str:
    """Return an interval as [low, high]."""
    return MISSING if ends is None else f"[{three_digits(ends[0])}, {three_digits(ends[1])}]"


def chance(p: float | None) -> str:
    """Return a p value as people write it."""
    if p is None:
        return MISSING
    if p >= 0.9995:
        return "1"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


