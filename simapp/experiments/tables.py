"""An experiment as rows: for CSV files, for the command's JSON. A value that is not defined is None, never 0."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from simapp.experiments.grid import Grid
from simapp.experiments.methods import methods_of
from simapp.experiments.results import Results, bands_of
from simapp.models import Experiment
from simapp.store.series import null_points

DIFFERENCES = (
    "metric", "arm", "control", "pairs", "control_mean", "arm_mean", "difference", "t_low", "t_high", "bca_low",
    "bca_high", "spread", "d_z", "hedges_g", "variance_saved", "p", "flips", "exact", "p_holm", "half_width",
    "replicates_needed",
)  # fmt: skip


def differences(results: Results) -> list[dict[str, Any]]:
    """Return one row per metric and arm, the columns of DIFFERENCES."""
    rows = []
    for metric in results.metrics:
        for one in metric.contrasts:
            found, test = one.found, one.found.test
            values = (
                metric.name, one.arm.name, results.grid.arms[0].name, found.n, found.control, found.arm, found.mean,
                *(found.t or (None, None)), *(found.bca or (None, None)), found.spread, found.d_z, found.g,
                found.saved, test.p if test else None, test.flips if test else None, test.exact if test else None,
                one.adjusted, one.half, one.needed,
            )  # fmt: skip
            rows.append(dict(zip(DIFFERENCES, values, strict=True)))
    return rows


def cells(results: Results) -> Iterator[list[Any]]:
    """Yield the header and one row per cell: where it stands and what it measured, as the results read it."""
    yield ["arm", "replicate", "seed", "attempt", "run", "status", "step", *(m.name for m in results.metrics)]
    for i, row in enumerate(results.grid.rows):
        for j, place in enumerate(row):
            run = place.run
            yield [
                place.arm.name,
                place.replicate,
                place.seed,
                place.attempt,
                run.pk if run else None,
                place.status,
                run.step if run else None,
                *(_plain(float(metric.values[i, j])) for metric in results.metrics),
            ]


def series(experiment: Experiment, grid: Grid, metric: str, most: int = 2000) -> Iterator[list[Any]]:
    """Yield the header and one row per step and arm: how many runs, their mean and its interval."""
    yield ["step", "arm", "runs", "mean", "low", "high"]
    steps, bands = bands_of(experiment, grid, most)
    for t, step in enumerate(steps):
        for arm, band in zip(grid.arms, bands[metric], strict=True):
            yield [
                step,
                arm.name,
                int(band.n[t]),
                *(_plain(float(v[t])) for v in (band.mean, band.low, band.high)),
            ]


def as_json(results: Results) -> dict[str, Any]:
    """Return everything that the results page says, as plain JSON types."""
    experiment, grid = results.experiment, results.grid
    return {
        "experiment": experiment.pk,
        "title": experiment.title,
        "arms": [{"name": arm.name, "changes": list(arm.changes)} for arm in grid.arms],
        "replicates": experiment.replicates,
        "first_seed": experiment.first_seed,
        "steps": experiment.steps,
        "reading": experiment.reading,
        "runs": len(grid.places),
        "statuses": grid.counts,
        "pairs": results.pairs,
        "results": differences(results),
        "values": {
            metric.name: {
                arm.name: [_plain(float(v)) for v in metric.values[i]] for i, arm in enumerate(grid.arms)
            }
            for metric in results.metrics
        },
        "methods": methods_of(results),
    }


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def series_json(experiment: Experiment, grid: Grid) -> dict[str, Any]:
    """Return the bands of every headline metric for the charts of a page: six digits, None where there is none."""
    steps, bands = bands_of(experiment, grid)
    control = next(iter(grid.runs()), None)
    return {
        "nulls": null_points(control, experiment.metrics) if control is not None else {},
        "steps": steps,
        "metrics": {
            name: [
                {
                    "mean": _short(band.mean),
                    "low": _short(band.low),
                    "high": _short(band.high),
                    "n": band.n.tolist(),
                }
                for band in rows
            ]
            for name, rows in bands.items()
        },
        "over": grid.over,
    }


def _short(values: np.ndarray) -> list[float | None]:
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in values.tolist()]
