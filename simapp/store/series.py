"""Metrics of many runs at once: index look-ups in one query, thinned by the database.

A run's past may lie in several places (a fork's), and is asked for place by place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from simapp.store.lineage import segments_of
from simapp.store.models import Run

# Every `every`-th step of each past from `first` to `upto`, and the run's last.
_POINTS = """
    SELECT asked.run, named.name, at.step, m.{column}
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::int[]) AS asked(run, place, first, upto, last)
    CROSS JOIN unnest(%s::text[]) AS named(name)
    CROSS JOIN LATERAL (
        SELECT generate_series(((asked.first + {every} - 1) / {every}) * {every}, asked.upto, {every}) AS step
        UNION SELECT asked.last WHERE asked.last <= asked.upto
    ) AS at
    JOIN run_metric m ON m.run_id = asked.place AND m.name = named.name AND m.step = at.step
    ORDER BY asked.run, at.step
"""
_MEANS = """
    SELECT asked.run, m.name, avg(m.value)
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::int[]) AS asked(run, place, first, upto, last)
    CROSS JOIN unnest(%s::text[]) AS named(name)
    JOIN run_metric m ON m.run_id = asked.place AND m.name = named.name AND m.step BETWEEN asked.first AND asked.upto
    WHERE m.step > 0
    GROUP BY asked.run, m.name
"""
_LAST = """
    SELECT asked.run, m.name, m.value
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::int[]) AS asked(run, place, first, upto, last)
    JOIN run_metric m ON m.run_id = asked.place AND m.step = asked.last
    WHERE asked.last <= asked.upto
"""


@dataclass(frozen=True)
class Points:
    """steps: ascending, of all runs together. values: run -> metric -> one value per step, None where missing."""

    steps: list[int]
    values: dict[int, dict[str, list[float | None]]]
    every: int


def metric_points(runs: Sequence[Run], names: Sequence[str], most: int = 300) -> Points:
    """Return metrics of runs over common steps: every k-th, so that at most `most` of them are read of each run."""
    longest = max((run.step for run in runs), default=-1)
    every = max(1, -(-(longest + 1) // most))
    found: dict[tuple[int, str], dict[int, float | None]] = {}
    steps: set[int] = set()
    for run, name, step, value in _asked(_POINTS.format(every=int(every), column="value"), runs, names):
        found.setdefault((run, name), {})[step] = value
        steps.add(step)
    order = sorted(steps)
    values = {
        run.pk: {name: [found.get((run.pk, name), {}).get(step) for step in order] for name in names}
        for run in runs
    }
    return Points(order, values, every)


def null_points(run: Run, names: Sequence[str], most: int = 300) -> dict[str, tuple[list[int], list[float]]]:
    """Return metric -> (steps, its null at them), every k-th step of one run; a metric without any is left out."""
    every = max(1, -(-(run.step + 1) // most))
    found: dict[str, tuple[list[int], list[float]]] = {}
    for _, name, step, null in _asked(_POINTS.format(every=int(every), column="null_value"), [run], names):
        if null is not None:
            steps, values = found.setdefault(name, ([], []))
            steps.append(step)
            values.append(float(f"{null:.6g}"))
    return found


def means_of(runs: Sequence[Run], names: Sequence[str]) -> dict[tuple[int, str], float | None]:
    """Return (run, metric) -> mean over steps 1 to the last; steps without a value do not count."""
    return {(run, name): value for run, name, value in _asked(_MEANS, runs, names)}


def last_of(runs: Sequence[Run]) -> dict[tuple[int, str], float | None]:
    """Return (run, metric) -> value at the run's last committed step, for everything it measured there."""
    return {(run, name): value for run, name, value in _asked(_LAST, runs, None)}


def _asked(query: str, runs: Iterable[Run], names: Sequence[str] | None) -> list[tuple[Any, ...]]:
    rows = [
        (run.pk, part.run_id, part.first, part.last, run.step)
        for run in runs
        if run.step >= 0
        for part in segments_of(run)
    ]
    if not rows or (names is not None and not names):
        return []
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(query, [*columns, list(names)] if names is not None else columns)
        return cursor.fetchall()
