"""`manage.py memory`: what a user remembers, and a run that stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simapp.models import Run
from simapp.scenarios.document import as_dict, load_scenario
from tests.commands.test_simulation_commands import last_json, manage
from tests.runs.small import busy, finish, make
from tests.runs.thinking import Oracle, answered, models

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["answered"]


def test_what_a_user_remembers_is_shown_and_the_run_stays_as_it_was(
    answered: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    answered(Oracle())
    raw = as_dict(busy("rumour", "clock.minutes_per_step=60", "feed.preset=chronological"))
    raw["minds"]["models"] = models(
        {"tier": "endpoint", "model": "oracle", "who": {"kind": "named", "users": list(range(30))}}
    )
    fact = {"kind": "plant_fact", "at": 1, "user": 3, "text": "The bridge is closed."}
    run = finish(make(load_scenario({**raw, "interventions": [fact]}), steps=3))
    before = Run.objects.values().get(pk=run.pk)
    told = []
    for user in range(8):
        assert manage("memory", run.pk, user, "--json") == 0
        told.append(last_json(capsys))
    assert {found["step"] for found in told} == {3}
    assert [fact["text"] for fact in told[3]["facts"]] == ["The bridge is closed."]
    assert any("you liked" in words for found in told for words in found["told"])
    assert manage("memory", run.pk, 3, "--step", "2") == 0
    assert "fact, since step 1: The bridge is closed." in capsys.readouterr().out
    assert Run.objects.values().get(pk=run.pk) == before
    for wrong, named in (
        (("999999", "1"), "999999"),
        ((run.pk, "999"), "user"),
        ((run.pk, "1", "--step", "9"), "step"),
    ):
        assert manage("memory", *wrong) == 2
        assert named in capsys.readouterr().err


def test_where_nobody_remembers_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    run = finish(make(busy(), steps=1))
    assert manage("memory", run.pk, 1) == 2
    assert "nobody remembers" in capsys.readouterr().err
