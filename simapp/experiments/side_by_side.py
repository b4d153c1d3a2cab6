"""Several runs beside each other: their settings, what they came to, and their metrics over common steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.metrics.registry import all_metrics
from simapp.models import Cell, Run
from simapp.scenarios.leaves import flat, written
from simapp.statistics.bands import Band, Kind, band
from simapp.store.lineage import segments_of
from simapp.store.series import last_of, metric_points

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_RUNS, MOST_CHARTS = 20, 12
ARM = "arm"  # what groups runs by the arm of their experiment
OWN = ("seed", "steps", "pace", "answers", "fork")
# What charts show first, of what the runs measure.
PREFERRED = (
    "opinion_variance", "neighbour_correlation", "ei_index", "mean_score_up", "largest_cascade_reach",
    "posts_written", "reposts_made", "likes_made",
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """One setting: a value per run as text ("" where a run has no such field). same: they are all alike."""

    path: str
    values: list[str]
    same: bool

    @property
    def parts(self) -> list[str]:
        """The words of the path, each with its dot or underscore, behind which a narrow page breaks it."""
        return re.findall(r"[^._]*[._]|[^._]+$", self.path)


@dataclass(frozen=True)
class End:
    """One metric's last value per run, and how far each is from the baseline's; None where there is none."""

    metric: str
    label: str
    values: list[float | None]
    deltas: list[float | None]


@dataclass(frozen=True)
class Group:
    """Runs that have one value of what they are grouped by: its text, and places in the list of runs."""

    label: str
    places: list[int]


def runs_of(visible: QuerySet[Run], numbers: Sequence[int]) -> list[Run]:
    """Return the visible runs of these numbers, in their order, at most MOST_RUNS."""
    found = visible.select_related("scenario_version__scenario", "parent").defer("fingerprint")
    held = found.in_bulk(list(numbers[:MOST_RUNS]))
    return [held[number] for number in dict.fromkeys(numbers[:MOST_RUNS]) if number in held]


def settings_of(runs: Sequence[Run]) -> list[Setting]:
    """Return what the runs were made with: their own settings first, then the fields of their documents."""
    columns = [_settings(run) for run in runs]
    paths = list(dict.fromkeys(path for column in columns for path in column))
    found = []
    for path in paths:
        values = [column.get(path, "") for column in columns]
        found.append(Setting(path, values, len(set(values)) < 2))
    return found


def _settings(run: Run) -> dict[str, str]:
    fork = "" if run.parent_id is None else f"of run {run.parent_id} at step {run.fork_step}"
    own = {
        "seed": str(run.seed),
        "steps": str(run.steps),
        "pace": "" if run.pace is None else f"{run.pace:g} steps/s",
        "answers": run.answers,
        "fork": fork,
    }
    document = {path: written(value) for path, value in flat(run.scenario_version.document).items()}
    document.pop("clock.steps", None)  # said by steps, which a launch may set otherwise
    return {**own, **document}


def ends_of(runs: Sequence[Run], baseline: int) -> list[End]:
    """Return what every metric came to; `baseline` is a place in `runs`."""
    last = last_of(runs)
    names = {name for _, name in last}
    found = []
    for name, metric in all_metrics().items():
        if name in names:
            values = [last.get((run.pk, name)) for run in runs]
            pinned = values[baseline]
            deltas = [None if v is None or pinned is None else v - pinned for v in values]
            found.append(End(name, metric.label, values, deltas))
    return found


def charted(ends: Sequence[End], asked: Iterable[str]) -> list[str]:
    """Return which metrics to draw: those asked for, of those there are; else preferred ones that have values."""
    there = [end.metric for end in ends]
    wanted = [name for name in dict.fromkeys(asked) if name in there]
    if wanted:
        return wanted[:MOST_CHARTS]
    valued = [end.metric for end in ends if any(value is not None for value in end.values)] or there
    return [name for name in PREFERRED if name in valued][:4] or valued[:4]


def groups_of(runs: Sequence[Run], by: str) -> list[Group]:
    """Return the runs in groups: by the arm of their experiment, or by a setting's path. WrongInput for another."""
    if by == ARM:
        cells = Cell.objects.filter(run__in=list(runs)).select_related("arm__experiment")
        arms = {cell.run_id: cell.arm for cell in cells}
        many = len({arm.experiment_id for arm in arms.values()}) > 1
        labels = [_arm_label(arms.get(run.pk), many=many) for run in runs]
    else:
        columns = [_settings(run) for run in runs]
        if not any(by in column for column in columns):
            msg = f"group is {by[:60]}; it must be arm or a setting of the runs, like feed.preset."
            raise WrongInput(msg)
        labels = [column.get(by, "") or "none" for column in columns]
    return [
        Group(label, [i for i, held in enumerate(labels) if held == label]) for label in dict.fromkeys(labels)
    ]


def _arm_label(arm: Any, *, many: bool) -> str:
    if arm is None:
        return "no arm"
    return f"{arm.experiment.title[:40]} \u00b7 {arm.name}" if many else str(arm.name)


def begins(runs: Sequence[Run]) -> list[int]:
    """Return from which step each run is drawn, so that a past which forks share is drawn once, by the first of them.

    A fork begins at the last step it shares, so that its line hangs together with the one it leaves.
    """
    drawn: dict[int, int] = {}
    found = []
    for run in runs:
        segments = segments_of(run)
        begin = 0
        for segment in segments:
            covered = drawn.get(segment.run_id, -1)
            if covered < segment.last:
                begin = max(covered, segment.first - 1, 0)
                break
            begin = segment.last
        found.append(begin)
        for segment in segments:
            drawn[segment.run_id] = max(drawn.get(segment.run_id, -1), segment.last)
    return found


def lines_of(runs: Sequence[Run], names: Sequence[str], most: int = 300) -> dict[str, list[dict[str, Any]]]:
    """Return metric -> per run {steps, values}: thinned by the database, shared pasts once."""
    points = metric_points(runs, names, max(40, min(most, 60_000 // max(1, len(runs) * len(names)))))
    first = begins(runs)
    found: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        found[name] = []
        for run, begin in zip(runs, first, strict=True):
            # The first step behind `begin` may lie between two that were read.
            start = begin // points.every * points.every
            at = [
                i
                for i, step in enumerate(points.steps)
                if start <= step <= run.step and (step % points.every == 0 or step == run.step)
            ]
            values = points.values[run.pk][name]
            found[name].append(
                {"steps": [points.steps[i] for i in at], "values": [_short(values[i]) for i in at]}
            )
    return found


def group_bands(
    runs: Sequence[Run], names: Sequence[str], groups: Sequence[Group], kind: Kind, most: int = 300
) -> tuple[list[int], dict[str, list[Band]]]:
    """Return (steps, metric -> one band per group): the mean with its 95 % interval, or with the lowest and highest."""
    points = metric_points(runs, names, max(40, min(most, 60_000 // max(1, len(runs) * len(names)))))
    common = [i for i, step in enumerate(points.steps) if step % points.every == 0]
    found: dict[str, list[Band]] = {}
    for name in names:
        found[name] = []
        for group in groups:
            rows = [points.values[runs[i].pk][name] for i in group.places]
            held = np.array(rows, np.float64).reshape(len(rows), len(points.steps))
            found[name].append(band(held[:, common], kind))
    return [points.steps[i] for i in common], found


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
