"""Committed steps as messages: for a socket's snapshot, for catching up over HTTP, and for charts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from simapp.models import Run, RunMetric, RunStep
from simapp.runs.doing import doing_of
from simapp.runs.messages import SnapshotMessage, StateMessage, StepMessage
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from collections.abc import Sequence

# The most points of one answer. A longer history is thinned to this many when it is loaded as a whole.
MOST_POINTS = 2000


@dataclass(frozen=True)
class Points:
    """Some committed steps, ascending.

    rows: JSON objects with step, minute, metrics and counts. every: 1, or k when only every k-th step and the
    newest are there. more: whether steps after the last row remain to be asked for.
    """

    rows: list[dict[str, Any]]
    every: int
    more: bool


def past_of(run: Run) -> Q:
    """Which rows of a bulk table are the run's past: its own and, before its fork, those of its ancestors."""
    found = Q()
    for segment in segments_of(run):
        found |= Q(run_id=segment.run_id, step__range=(segment.first, segment.last))
    return found


def state_of(run: Run) -> StateMessage:
    """How the run stands, from its row."""
    return StateMessage(
        run=run.pk,
        step=run.step,
        steps=run.steps,
        status=run.status,
        wanted=run.wanted,
        waiting=run.waiting,
        stage=str(run.heartbeat.get("stage") or ""),
        doing=doing_of(run),
        rate=_finite(run.heartbeat.get("rate")),
        rewinds=run.rewinds,
    )


def snapshot_of(run_id: int) -> SnapshotMessage | None:
    """The newest committed step and the state; None when there is no such run."""
    run = Run.objects.select_related("scenario_version").filter(pk=run_id).first()
    if run is None:
        return None
    return SnapshotMessage(run=run.pk, state=state_of(run), step=newest_step(run))


def newest_step(run: Run) -> StepMessage | None:
    """The step that `run` says it committed last, complete; None before the founding."""
    return step_at(run, run.step)


def step_at(run: Run, step: int) -> StepMessage | None:
    """One committed step, complete, as its owner told it; None for one that is not there."""
    row = RunStep.objects.filter(past_of(run), step=step).first()
    if row is None:
        return None
    return StepMessage(
        run=run.pk,
        step=row.step,
        steps=run.steps,
        status=run.status,
        minute=minute_of(run, row.step),
        metrics=_metrics(run, [row.step]).get(row.step, {}),
        counts=row.counts,
        histogram=row.histogram[0] if row.histogram else [],
        digest=bytes(row.digest).hex(),
        stages=row.stages,
        rate=_finite(run.heartbeat.get("rate")),
    )


def minute_of(run: Run, step: int) -> int:
    """Simulated minutes from the start of the run to the end of `step`."""
    return step * int(run.scenario_version.document["clock"]["minutes_per_step"])


def points_after(
    run: Run, after: int, limit: int = MOST_POINTS, thin: bool = False, names: Sequence[str] | None = None
) -> Points:
    """Steps after + 1 .. in order, without a hole, at most `limit`; of the metrics `names`, None for all.

    With `thin`, the whole of what follows in at most `limit` points instead: every k-th step and the newest,
    without counts, which say nothing where steps are left out.
    """
    limit = max(1, min(limit, MOST_POINTS))
    last, count = run.step, run.step - after
    if count <= 0:
        return Points([], 1, more=False)
    every = -(-count // max(limit - 1, 1)) if thin and count > limit else 1
    stop = last if every > 1 else min(last, after + limit)
    steps = list(range(after + 1, stop + 1, every))
    if every > 1 and steps[-1] != last:
        steps.append(last)
    return Points(_rows(run, steps, names, counted=every == 1), every, more=stop < last)


def _rows(
    run: Run, steps: Sequence[int], names: Sequence[str] | None, counted: bool
) -> list[dict[str, Any]]:
    found = RunStep.objects.filter(past_of(run), **_chosen(steps)).order_by("step")
    counts: dict[int, dict[str, int]] = (
        dict(found.values_list("step", "counts"))
        if counted
        else {step: {} for step in found.values_list("step", flat=True)}
    )
    metrics = _metrics(run, steps, names)
    return [
        {
            "step": step,
            "minute": minute_of(run, step),
            "metrics": metrics.get(step, {}),
            "counts": counts[step],
        }
        for step in steps
        if step in counts
    ]


def _metrics(
    run: Run, steps: Sequence[int], names: Sequence[str] | None = None
) -> dict[int, dict[str, tuple[float | None, float | None]]]:
    """Value and null of metrics by step; six digits are more than any chart shows."""
    found: dict[int, dict[str, tuple[float | None, float | None]]] = {}
    rows = RunMetric.objects.filter(past_of(run), **_chosen(steps))
    if names is not None:
        rows = rows.filter(name__in=names)
    for step, name, value, null in rows.values_list("step", "name", "value", "null_value"):
        found.setdefault(step, {})[name] = (_finite(value), _finite(null))
    return found


def _chosen(steps: Sequence[int]) -> dict[str, Any]:
    """A range where the steps are one: the database reads it in one go."""
    if len(steps) == steps[-1] - steps[0] + 1:
        return {"step__range": (steps[0], steps[-1])}
    return {"step__in": steps}


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(f"{value:.6g}")
