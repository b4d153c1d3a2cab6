"""Experiments for tests: launched for real, their runs finished by hand where only numbers matter."""

from __future__ import annotations

from typing import Any

from simapp.experiments.design import ArmDesign, Design
from simapp.experiments.grid import grid_of
from simapp.experiments.launch import launch
from simapp.models import Experiment, Run, RunMetric
from simapp.runs.services import create_scenario
from simapp.scenarios.document import load_scenario

TOWN = {
    "title": "Small town",
    "population": {"users": 40},
    "network": {"kind": "watts_strogatz", "mean_followees": 4},
    "clock": {"steps": 3},
}
ARMS = (ArmDesign("control"), ArmDesign("more likes", ("minds.rates.like=0.5",)), ArmDesign("the same"))


def design(**changes: Any) -> Design:
    """Three arms of four replicates over three steps."""
    held = {"title": "Feeds", "arms": ARMS, "replicates": 4, "first_seed": 11, "metrics": ("posts_written",)}
    return Design(**{**held, **changes})


def launched(owner: Any, **changes: Any) -> Experiment:
    """An experiment of `owner`, every run queued."""
    version = create_scenario(owner=owner, document=load_scenario(TOWN))
    return launch(owner=owner, version=version, design=design(**changes))


def finish(run: Run, values: list[float | None], name: str = "posts_written") -> None:
    """Let a run have finished with one metric's values over its steps 0 .. n."""
    RunMetric.objects.bulk_create(
        RunMetric(run_id=run.pk, step=step, name=name, value=value, null_value=None)
        for step, value in enumerate(values)
    )
    Run.objects.filter(pk=run.pk).update(status="finished", step=len(values) - 1)


def finish_all(experiment: Experiment, gain: float = 1.0) -> None:
    """Let every run finish: the control at its seed, "more likes" higher by about `gain`, "the same" as the control."""
    for place in grid_of(experiment).places:
        assert place.run is not None
        more = gain + 0.1 * (place.replicate % 3) if place.arm.number == 1 else 0.0
        end = place.seed + more
        finish(place.run, [0.0, *[end / (experiment.steps - step) for step in range(experiment.steps)]])
