"""What a cohort thought over time beside everybody: mean and variance from the kept logs of opinions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simapp.store.files import FileDamaged, still_kept
from simapp.store.opinions import opinion_steps, read_opinion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simapp.models import Run
    from simapp.store.files import FileRow

MOST_POINTS = 120  # of a chart
ROWS_AT_ONCE = 2_000_000  # users times steps that one request reads
PAGE = 25  # rows of a table
COLUMNS = ("step", "cohort_mean", "cohort_variance", "all_mean", "all_variance")


@dataclass(frozen=True)
class Part:
    """Some points, ascending: (step, mean and variance of the cohort, of all). every: of kept steps each so many-th is
    read. next: what to ask for to go on, None at the end."""

    rows: list[tuple[int, float, float, float, float]]
    every: int
    next: int | None


def part(run: Run, users: NDArray[np.int32], topic: int, after: int = -1) -> Part:
    """Return the points of the steps behind `after`, as many as one request can read; the last kept step is always one.

    Population variances, as the metric opinion_variance. Steps whose log is not kept are missing.
    """
    steps = opinion_steps(run)
    every = max(1, -(-len(steps) // MOST_POINTS))
    picked = [one for i, one in enumerate(steps) if i % every == 0 or i == len(steps) - 1]
    left = [one for one in picked if one[0] > after]
    now = left[: max(1, ROWS_AT_ONCE // max(run.users, 1))]
    rows = list(_points(now, users, topic))
    return Part(rows, every, now[-1][0] if len(now) < len(left) else None)


def table(run: Run, users: NDArray[np.int32], topic: int, after: int) -> Part:
    """Return a page of points behind `after`, every kept step, as many as a page reads."""
    left = [one for one in opinion_steps(run) if one[0] > after]
    now = left[: max(2, min(PAGE, ROWS_AT_ONCE // max(run.users, 1)))]
    return Part(list(_points(now, users, topic)), 1, now[-1][0] if len(now) < len(left) else None)


def every_point(run: Run, users: NDArray[np.int32], topic: int) -> Iterator[tuple[int, float, float, float, float]]:
    """Return the points of every kept step, read as they are asked for."""
    return _points(opinion_steps(run), users, topic)


def _points(
    steps: list[tuple[int, int, FileRow]], users: NDArray[np.int32], topic: int
) -> Iterator[tuple[int, float, float, float, float]]:
    for step, rows, file in steps:
        try:
            everybody = read_opinion(rows, file, topic).astype(np.float64)
        except FileDamaged:
            if still_kept(rows, "opinions", step):
                raise
            continue  # let go by its rule since it was listed
        some = everybody[users]
        yield step, float(some.mean()), float(some.var()), float(everybody.mean()), float(everybody.var())
