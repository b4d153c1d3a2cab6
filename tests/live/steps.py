"""Runs with steps that are in the database, made by hand: what sockets and pages read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.models import Run, RunMetric, RunStep, Scenario, ScenarioVersion
from simapp.runs.messages import StateMessage, StepMessage

if TYPE_CHECKING:
    from collections.abc import Iterable

DOCUMENT = {
    "title": "A quiet town",
    "topics": ["housing", "transport"],
    "clock": {"start": "2026-01-05T12:00:00Z", "minutes_per_step": 30, "steps": 500},
    "metrics": ["default"],
    "interventions": [],
}


def make_run(owner, *, steps: int = 5000, title: str = "A quiet town", **document) -> Run:
    """A queued run whose scenario has no engine behind it."""
    scenario = Scenario.objects.create(slug="quiet", title="A quiet town", owner=owner)
    version = ScenarioVersion.objects.create(
        scenario=scenario, number=1, document={**DOCUMENT, **document}, document_sha256="0" * 64, author=owner
    )
    return Run.objects.create(
        scenario_version=version, seed=7, steps=steps, owner=owner, title=title, status="running"
    )


def commit(run: Run, steps: Iterable[int]) -> None:
    """Put steps into the database and move the run to the last of them."""
    steps = list(steps)
    RunStep.objects.bulk_create(
        RunStep(
            run_id=run.pk, step=step, digest=bytes([step % 256]) * 32, impressions_digest=bytes(32),
            counts={"create_post": step, "active": 3}, stages={"rank": 0.3, "decide": 0.1},
            histogram=[[step] + [0] * 39],
        )
        for step in steps
    )  # fmt: skip
    RunMetric.objects.bulk_create(
        RunMetric(run_id=run.pk, step=step, name=name, value=value, null_value=null)
        for step in steps
        for name, value, null in (
            ("opinion_variance", step / 1000, 1 / 3),
            ("neighbour_correlation", None, 0.0),
            ("posts_written", float(step), None),
        )
    )
    run.step, run.digest = steps[-1], bytes([steps[-1] % 256]) * 32
    Run.objects.filter(pk=run.pk).update(step=run.step, digest=run.digest)


def step_message(run: Run, step: int) -> StepMessage:
    """What the run's owner says of a step, in the database or not."""
    return StepMessage(run=run.pk, step=step, steps=run.steps, status="running", minute=30 * step)


def state_message(run: Run, step: int, **changes) -> StateMessage:
    """A heartbeat."""
    return StateMessage(**{"run": run.pk, "step": step, "steps": run.steps, "status": "running", **changes})
