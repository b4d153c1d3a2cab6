"""Small lines beside a run's name: one metric over the whole run, at most 60 points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from simapp.metrics.registry import metric_named
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simapp.models import Run

POINTS = 60
WIDTH, HEIGHT, PAD = 96.0, 24.0, 2.0

# Index look-ups only: `points` steps per run, evenly spaced, the newest step always among them. A past that lies in
# several places (a fork's) is asked for place by place.
_SQL = """
    SELECT asked.run, asked.last, at.step, m.value
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::int[], %s::int[])
        AS asked(run, place, name, first, upto, last)
    CROSS JOIN LATERAL (
        SELECT DISTINCT (asked.last::bigint * i / %s)::int AS step FROM generate_series(0, %s) AS i
    ) AS at
    LEFT JOIN run_metric m ON m.run_id = asked.place AND m.name = asked.name AND m.step = at.step
    WHERE at.step BETWEEN asked.first AND asked.upto
    ORDER BY asked.run, at.step
"""


@dataclass(frozen=True)
class Spark:
    """A line as SVG path data in a box of 96 x 24, and the last value (None: not defined there)."""

    path: str
    last: float | None


def list_sparks(asked: Iterable[tuple[Run, str]]) -> dict[int, Spark]:
    """Return run id -> Spark for (run, metric); runs without values are left out."""
    wanted = [(run, name) for run, name in asked if run.step >= 0]
    rows = [
        (run.pk, part.run_id, name, part.first, part.last, run.step)
        for run, name in wanted
        for part in segments_of(run)
    ]
    if not rows:
        return {}
    points: dict[int, list[tuple[float, float | None]]] = {}
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_SQL, [*columns, POINTS, POINTS])
        for run_id, last, step, value in cursor.fetchall():
            points.setdefault(run_id, []).append((step / max(last, 1), value))
    floors = {run.pk: metric_named(name).range[0] for run, name in wanted}
    drawn = {run: draw(line, floors[run]) for run, line in points.items()}
    return {run: Spark(path, points[run][-1][1]) for run, path in drawn.items() if path}


def draw(line: list[tuple[float, float | None]], floor: float | None = None) -> str:
    """Return SVG path data of (x in 0..1, value) points; a missing value is a gap, never a zero.

    The box begins at `floor`, where a metric's range begins; without one at the lowest value.
    """
    values = [value for _, value in line if value is not None]
    if not values:
        return ""
    low, high = min(values) if floor is None else floor, max(values)
    scale = (HEIGHT - 2 * PAD) / (high - low) if high > low else 0.0
    parts, pen_down = [], False
    for x, value in line:
        if value is None:
            pen_down = False
            continue
        y = HEIGHT - PAD - (value - low) * scale if scale or floor is not None else HEIGHT / 2
        parts.append(f"{'L' if pen_down else 'M'}{x * WIDTH:.1f} {y:.1f}")
        pen_down = True
    return "".join(parts)
