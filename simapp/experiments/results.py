"""What an experiment found: each arm against the control, paired by seed, with everything said of how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.errors import WrongInput
from simapp.experiments.grid import Grid, grid_of
from simapp.metrics.registry import metric_named
from simapp.models import Experiment
from simapp.statistics.adjust import holm
from simapp.statistics.bands import Band, band
from simapp.statistics.paired import Paired, compare
from simapp.statistics.planning import replicates_needed
from simapp.store.series import last_of, means_of, metric_points

if TYPE_CHECKING:
    from simapp.models import Arm


@dataclass(frozen=True)
class Contrast:
    """One arm against the control in one metric. adjusted: Holm's p. half: the half width that `needed`
    replicates would have; None where the spread is not known."""

    arm: Arm
    found: Paired
    adjusted: float | None = None
    half: float | None = None
    needed: int | None = None


@dataclass(frozen=True)
class Found:
    """One metric. values: float64[arms, replicates], NaN where a run has not finished or the metric is missing."""

    name: str
    label: str
    direction: str
    values: NDArray[np.float64]
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True)
class Results:
    """What the finished runs say. pairs: replicates that are finished in every arm."""

    experiment: Experiment
    grid: Grid
    metrics: tuple[Found, ...]
    pairs: int

    @property
    def tests(self) -> int:
        """How many tests Holm's adjustment is over."""
        return sum(one.found.test is not None for metric in self.metrics for one in metric.contrasts)


def results_of(experiment: Experiment, grid: Grid | None = None, within: float | None = None) -> Results:
    """Return the results of the runs that have finished.

    within: the half width for which replicates are counted; None for half of what each interval has now.
    """
    if within is not None and not within > 0:
        msg = f"within is {within:g}; it must be more than 0."
        raise WrongInput(msg)
    grid = grid or grid_of(experiment)
    values = _values(experiment, grid)
    metrics = [
        Found(
            name,
            metric_named(name).label,
            metric_named(name).direction,
            values[m],
            tuple(
                _contrast(arm, compare(values[m][0], values[m][i]), within)
                for i, arm in enumerate(grid.arms)
                if i > 0
            ),
        )
        for m, name in enumerate(experiment.metrics)
    ]
    done = [[place.status == "finished" for place in row] for row in grid.rows]
    pairs = sum(all(column) for column in zip(*done, strict=True))
    return Results(experiment, grid, tuple(_adjusted(metrics)), pairs)


def bands_of(experiment: Experiment, grid: Grid, most: int = 200) -> tuple[list[int], dict[str, list[Band]]]:
    """Return (steps, metric -> one band per arm): mean and pointwise 95 % interval over an arm's replicates.

    What failed, was stopped or deleted is left out; a run that goes on counts as far as it is.
    """
    rows = [[place.run for place in row if place.run and _counts(place.status)] for row in grid.rows]
    runs = [run for row in rows for run in row]
    # As many points as can be read at once, shared by the runs.
    fewer = max(30, min(most, 60_000 // max(1, len(runs) * len(experiment.metrics))))
    points = metric_points(runs, experiment.metrics, fewer)
    # A run's own last step lies between the common ones.
    common = [
        i for i, step in enumerate(points.steps) if step % points.every == 0 or step == experiment.steps
    ]
    found: dict[str, list[Band]] = {}
    for name in experiment.metrics:
        found[name] = [
            band(
                np.array([points.values[run.pk][name] for run in row], np.float64).reshape(
                    len(row), len(points.steps)
                )[:, common]
            )
            for row in rows
        ]
    return [points.steps[i] for i in common], found


def _counts(status: str) -> bool:
    return status in ("finished", "running", "paused")


def _values(experiment: Experiment, grid: Grid) -> NDArray[np.float64]:
    """Return float64[metrics, arms, replicates] of the finished runs."""
    runs = grid.runs("finished")
    if experiment.reading == Experiment.Reading.MEAN:
        read = means_of(runs, experiment.metrics)
    else:
        read = last_of(runs)
    found = [
        [
            [_number(read.get((place.run.pk, name))) if place.run else np.nan for place in row]
            for row in grid.rows
        ]
        for name in experiment.metrics
    ]
    shape = (len(experiment.metrics), len(grid.arms), experiment.replicates)
    return np.array(found, np.float64).reshape(shape)


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _contrast(arm: Arm, found: Paired, within: float | None) -> Contrast:
    half = within
    if half is None and found.half_width:
        half = found.half_width / 2
    needed = replicates_needed(found.spread, half) if found.spread is not None and half else None
    return Contrast(arm, found, half=half, needed=needed)


def _adjusted(metrics: Sequence[Found]) -> list[Found]:
    tests = [one.found.test.p if one.found.test else None for metric in metrics for one in metric.contrasts]
    adjusted = iter(holm(tests))
    return [
        replace(metric, contrasts=tuple(replace(one, adjusted=next(adjusted)) for one in metric.contrasts))
        for metric in metrics
    ]
