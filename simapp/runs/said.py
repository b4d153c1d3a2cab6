"""Builds the live messages of a run from what the engine left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.runs.doing import told
from simapp.runs.messages import StateMessage, StepMessage

if TYPE_CHECKING:
    from simapp.engine.record import StepRecord
    from simapp.models import Run


def step_message(run: Run, record: StepRecord, status: str, rate: float | None) -> StepMessage:
    """Return the message of a committed step."""
    minutes = run.scenario_version.document["clock"]["minutes_per_step"]
    return StepMessage(
        run=run.pk,
        step=record.step,
        steps=run.steps,
        status=status,  # type: ignore[arg-type]
        minute=record.step * int(minutes),
        metrics={name: (point.value, point.null) for name, point in record.metrics.items()},
        counts=record.counts,
        histogram=record.histogram[0].tolist(),
        digest=record.digest.hex(),
        stages={name: round(seconds, 6) for name, seconds in record.stages.items()},
        rate=rate,
    )


def state_message(
    run: Run, step: int, status: str, wanted: str, waiting: str, stage: str, rate: float | None
) -> StateMessage:
    """Return the message of a run's state."""
    return StateMessage(
        run=run.pk,
        step=step,
        steps=run.steps,
        status=status,  # type: ignore[arg-type]
        wanted=wanted,  # type: ignore[arg-type]
        waiting=waiting,
        stage=stage,
        doing=told(run, step, stage) if status == "running" else "",
        rate=rate,
        rewinds=run.rewinds,
    )
