"""A run that asks for every metric a step can have."""

from __future__ import annotations

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.metrics.registry import live, usual
from simapp.models import Run, RunMetric
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_BUT_METRICS = ("feed.preset=chronological", "minds.rates.dislike=0.3")
EVERY = busy("echo-chambers", "metrics=[live]", *EVERY_BUT_METRICS)


def points(run: Run) -> dict[tuple[int, str], tuple[float | None, float | None]]:
    rows = RunMetric.objects.filter(run_id=run.pk).values_list("step", "name", "value", "null_value")
    return {(step, name): (value, null) for step, name, value, null in rows}


def test_every_step_has_all_of_them_and_the_usual_ones_are_what_they_are_alone() -> None:
    whole, few = (
        make(EVERY, steps=4),
        make(busy("echo-chambers", *EVERY_BUT_METRICS), steps=4),
    )
    for run in (whole, few):
        finish(run)
    found, alone = points(whole), points(few)
    assert {name for _, name in found} == set(live())
    assert {step for step, _ in found} == set(range(5))
    assert {name for _, name in alone} == set(usual())
    for at, value in alone.items():
        assert found[at] == value, at
    # Something is shown from the first step on, and votes cross sides.
    for name in ("exposure_correlation", "exposure_diversity", "cross_cutting_share", "impressions_gini"):
        assert found[4, name][0] is not None, name


def test_a_run_is_refused_before_it_is_made_when_no_step_can_have_its_metrics() -> None:
    with pytest.raises(WrongInput, match="'rwc' is computed on demand"):
        make(busy("echo-chambers", "metrics=[default,rwc]"), steps=1)
    assert not Run.objects.exists()
