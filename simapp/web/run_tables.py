"""A chart's numbers as a table: paged for the page, whole for CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Func, TextField

from simapp.metrics import registry, shadows
from simapp.models import RunMetric, RunStep
from simapp.runs.messages import HISTOGRAM_BINS
from simapp.runs.points import minute_of, past_of
from simapp.web.run_charts import chart_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simapp.models import Run

HISTOGRAM = "opinion_histogram"
STAGES = "stage_times"
# As a step goes through them; whatever else a run measured comes after, by name.
_IN_ORDER = ("interventions", "active", "rank", "decide", "apply", "remember", "measure", "commit", "wait")
ROWS = 100  # on a page
CHUNK = 1000  # steps read at once


@dataclass(frozen=True)
class Table:
    """One page of a table. start: its first step; before, after: the first steps of its neighbours."""

    key: str
    title: str
    about: str
    columns: list[str]
    rows: list[list[str]]
    start: int
    before: int | None
    after: int | None


def read(run: Run, key: str, start: int) -> Table:
    """Steps start .. start + 99 of a chart; KeyError for a chart that does not exist."""
    title, about = _words(key)
    start = max(0, start)
    stop = min(run.step, start + ROWS - 1)
    return Table(
        key=key,
        title=title,
        about=about,
        columns=columns(run, key),
        rows=[[_shown(cell, fixed=key == STAGES) for cell in row] for row in _rows(run, key, start, stop)],
        start=start,
        before=max(0, start - ROWS) if start > 0 else None,
        after=stop + 1 if stop < run.step else None,
    )


def _shown(cell: float | None, *, fixed: bool = False) -> str:
    """Six digits are what a person reads; the CSV has them all. A missing value is an empty cell.

    fixed: six digits after the point, so that numbers below each other can be compared.
    """
    if cell is None:
        return ""
    if not isinstance(cell, float):
        return str(cell).replace("-", "\u2212")
    return f"{cell:.6{'f' if fixed else 'g'}}".replace("-", "\u2212")


def columns(run: Run, key: str) -> list[str]:
    """step, minute, then the values; a missing value is an empty cell, never 0."""
    if key == HISTOGRAM:
        width = 2 / HISTOGRAM_BINS
        return ["step", "minute", *(f"from {-1 + i * width:+.2f}" for i in range(HISTOGRAM_BINS))]
    if key == STAGES:
        return ["step", "minute", *stages_of(run)]
    names = _names(run, key)
    if len(names) == 1:
        return ["step", "minute", names[0], "null"]
    return ["step", "minute", *names]


def csv_rows(run: Run, key: str) -> Iterator[Iterable[Any]]:
    """Rows of the CSV with their head, read in chunks of steps; KeyError at once for a chart that does not exist."""
    head = columns(run, key)
    return _pieces(run, key, head)


def _pieces(run: Run, key: str, head: list[str]) -> Iterator[Iterable[Any]]:
    yield head
    for start in range(0, run.step + 1, CHUNK):
        yield from _rows(run, key, start, min(run.step, start + CHUNK - 1))


def stages_of(run: Run) -> list[str]:
    """The stages that any step of the run has a time of, in the order of a step."""
    keys = Func(F("stages"), function="jsonb_object_keys", output_field=TextField())
    steps = RunStep.objects.filter(past_of(run)).order_by()
    found = set(steps.annotate(stage=keys).values_list("stage", flat=True).distinct())
    return [*(name for name in _IN_ORDER if name in found), *sorted(found - set(_IN_ORDER))]


def _words(key: str) -> tuple[str, str]:
    if key == STAGES:
        return "Time by stage", "seconds that each step took, by stage; a step's commit is that of the step before it"
    if key == HISTOGRAM:
        return "Opinions", "users per bin of opinion; a bin is named by its lower end"
    chart = chart_named(key)
    if chart is None:
        raise KeyError(key)
    return chart.title, chart.about


def _names(run: Run, key: str) -> tuple[str, ...]:
    if key in shadows.FIGURES:
        presets = (run.scenario_version.document.get("feed") or {}).get("shadow") or ()
        return tuple(shadows.series_name(key, preset) for preset in presets) or (key,)
    chart = chart_named(key)
    if chart is None:
        raise KeyError(key)
    return chart.names if key not in registry.names() else (key,)


def _rows(run: Run, key: str, start: int, stop: int) -> Iterator[list[Any]]:
    if stop < start:
        return
    steps = {"step__range": (start, stop)}
    if key == HISTOGRAM:
        found = (
            RunStep.objects.filter(past_of(run), **steps).order_by("step").values_list("step", "histogram")
        )
        for step, histogram in found:
            yield [step, minute_of(run, step), *(histogram[0] if histogram else [])]
        return
    if key == STAGES:
        names = tuple(stages_of(run))
        found = RunStep.objects.filter(past_of(run), **steps).order_by("step").values_list("step", "stages")
        for step, stages in found:
            yield [step, minute_of(run, step), *(stages.get(name) for name in names)]
        return
    names = _names(run, key)
    values: dict[tuple[int, str], tuple[float | None, float | None]] = {}
    for step, name, value, null in RunMetric.objects.filter(
        past_of(run), name__in=names, **steps
    ).values_list("step", "name", "value", "null_value"):
        values[step, name] = (value, null)
    for step in range(start, stop + 1):
        found_here = [values.get((step, name), (None, None)) for name in names]
        extra = [found_here[0][1]] if len(names) == 1 else []
        yield [step, minute_of(run, step), *(value for value, _ in found_here), *extra]
