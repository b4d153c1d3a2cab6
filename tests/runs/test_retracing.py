"""Explanations and shadows of a real run: exact, and without a trace."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import Run, RunStep
from simapp.runs.clone import CloneDiffers
from simapp.runs.forks import create_fork
from simapp.runs.retracing import explain_feed, shadow_report
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

SWITCH = 'interventions=[{"kind": "switch_feed", "at": 4, "preset": "reddit-hot"}]'
OTHERS = ("reddit-hot", "bridging", "item-knn", "random")


@pytest.fixture
def run() -> Run:
    return finish(make(busy("rumour", SWITCH, "feed.explore=0"), steps=6))


def user_of(run: Run, step: int) -> dict:
    """The explained feed of somebody who was active."""
    for user in range(120):
        try:
            return explain_feed(run, step, user, workers=Workers())
        except WrongInput:
            continue
    raise AssertionError("nobody was active")


def test_every_impression_of_a_past_feed_is_explained_in_its_order(run: Run) -> None:
    told = user_of(run, 3)
    assert told["feed"]["name"] == "chronological"
    assert [one["rank"] for one in told["impressions"]] == list(range(len(told["impressions"])))
    for one in told["impressions"]:
        assert one["source"] in ("followed", "explore")
        assert one["refused_by"] is None
        assert one["score"] == pytest.approx(one["features"]["newness"], abs=1e-5)
        assert one["post"] > 0
    scores = [one["score"] for one in told["impressions"]]
    assert scores == sorted(scores, reverse=True)


def test_the_feed_that_was_switched_in_is_the_one_that_is_explained(run: Run) -> None:
    assert user_of(run, 5)["feed"]["name"] == "reddit-hot"


def test_places_elsewhere_are_told_for_every_impression(run: Run) -> None:
    plain = user_of(run, 5)
    told = explain_feed(run, 5, plain["user"], workers=Workers(2, 9), elsewhere=OTHERS)
    assert [{**one, "elsewhere": {}} for one in told["impressions"]] == plain["impressions"]
    for i, one in enumerate(told["impressions"]):
        assert set(one["elsewhere"]) == set(OTHERS)
        assert one["elsewhere"]["reddit-hot"] == i, "the same scores on the same candidates give the same order"


def test_a_shadow_of_the_feed_itself_overlaps_wholly_and_others_less(run: Run) -> None:
    rows = shadow_report(run, run.step, OTHERS, workers=Workers())
    assert {row["preset"] for row in rows} == {"active", *OTHERS}
    last = {row["preset"]: row for row in rows if row["step"] == 6}
    assert last["active"]["overlap"] == last["reddit-hot"]["overlap"] == 1.0
    assert last["random"]["overlap"] < 1.0
    for row in rows:
        if row["overlap"] is not None:
            assert 0 <= row["overlap"] <= 1
            assert 0 <= row["gini"] < 1
            assert row["novelty"] >= 0
    assert shadow_report(run, run.step, OTHERS, workers=Workers(2, 5)) == rows


def test_a_record_that_was_changed_is_noticed(run: Run) -> None:
    RunStep.objects.filter(run_id=run.pk, step=2).update(impressions_digest=bytes(32))
    with pytest.raises(CloneDiffers, match="step 2"):
        shadow_report(run, 3, ("random",), workers=Workers())


def test_a_fork_is_explained_under_its_own_feed_and_its_past_under_that_of_its_parent(run: Run) -> None:
    fork = create_fork(run=run, at=2, member=None, changes=["feed.preset=bridging", "interventions=[]"], steps=4)
    fork = finish(fork)
    assert user_of(fork, 2)["feed"]["name"] == "chronological"
    assert user_of(fork, 4)["feed"]["name"] == "bridging"
    assert {row["step"] for row in shadow_report(fork, 4, ("random",), workers=Workers())} == {1, 2, 3, 4}


@pytest.mark.parametrize("step", [0, 7])
def test_a_step_that_is_not_there_cannot_be_explained(run: Run, step: int) -> None:
    with pytest.raises(WrongInput, match="has steps 1 to 6"):
        explain_feed(run, step, 0, workers=Workers())


def test_the_commands_give_one_line_of_json(run: Run) -> None:
    told = user_of(run, 5)
    out = io.StringIO()
    call_command("explain", run.pk, step=5, user=told["user"], json=True, stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["impressions"] == told["impressions"]
    out = io.StringIO()
    call_command("shadow", run.pk, presets="random,reddit-hot", steps=2, json=True, stdout=out)
    rows = json.loads(out.getvalue().splitlines()[-1])["rows"]
    assert {row["preset"] for row in rows} == {"active", "random", "reddit-hot"}
    with pytest.raises(WrongInput, match="no 'magic'"):
        call_command("shadow", run.pk, presets="magic", json=True, stdout=out)
