"""Experiments from design to results: pairs share seeds, all or nothing, failures are done again, nothing starves."""

from __future__ import annotations

from typing import Any

import pytest

from simapp.engine.core.errors import Refused, WrongInput
from simapp.experiments import preview
from simapp.experiments.design import MOST_CELLS, ArmDesign, DesignInvalid, check
from simapp.experiments.grid import grid_of
from simapp.experiments.launch import add_replicates, forget, retry, steer
from simapp.experiments.results import bands_of, results_of
from simapp.experiments.tables import as_json, cells, differences
from simapp.models import Cell, Experiment, Run, RunInput
from simapp.runs import services
from simapp.runs.access import experiments_for
from simapp.runs.reconciler import Reconciler
from simapp.scenarios.document import load_scenario
from tests.experiments.made import ARMS, TOWN, design, finish, finish_all, launched

pytestmark = pytest.mark.django_db


def fail(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(status="failed", error="The disk is full.")


def test_replicate_r_of_every_arm_has_the_same_seed_and_its_arms_settings(owner: Any) -> None:
    experiment = launched(owner)
    grid = grid_of(experiment)
    assert [[place.run.seed for place in row if place.run] for row in grid.rows] == [[11, 12, 13, 14]] * 3
    likes = [row[0].run.scenario_version.document["minds"]["rates"]["like"] for row in grid.rows if row[0].run]
    assert likes[1] == 0.5
    assert likes[0] == likes[2] != 0.5
    assert grid.arms[0].version_id == grid.arms[2].version_id == experiment.version_id, "no copy of what is the same"
    assert {run.steps for run in grid.runs()} == {3}
    assert {run.owner for run in grid.runs()} == {owner}
    # Whole pairs come first.
    by_age = sorted(grid.places, key=lambda place: place.run.pk if place.run else 0)
    assert [place.replicate for place in by_age[:3]] == [1, 1, 1]


def test_every_fault_of_a_design_is_named_and_nothing_is_made(owner: Any) -> None:
    wrong = design(
        title=" ",
        replicates=0,
        first_seed=-1,
        arms=(ArmDesign("a"), ArmDesign("A"), ArmDesign("c", ("feed.presett=x",)), ArmDesign("d", ("clock.steps=9",))),
        metrics=("poststs",),
    )
    with pytest.raises(DesignInvalid) as found:
        check(wrong, load_scenario(TOWN))
    problems = found.value.problems
    assert set(problems) == {"title", "replicates", "first_seed", "arm-1", "arm-2", "arm-3", "metrics"}
    assert "feed.presett" in problems["arm-2"]
    assert "poststs" in problems["metrics"]
    with pytest.raises(DesignInvalid, match=f"may have {MOST_CELLS}"):
        launched(owner, replicates=MOST_CELLS // 3 + 1)
    with pytest.raises(DesignInvalid, match="not every arm measures"):
        launched(owner, arms=(*ARMS, ArmDesign("few", ("metrics=[ei_index]",))))
    assert not Experiment.objects.exists()
    assert not Run.objects.exists()


def test_a_cell_that_cannot_be_made_undoes_the_rest(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real, made = services.create_run, []

    def full(**wishes: Any) -> Run:
        made.append(wishes)
        if len(made) == 5:
            raise Refused("The run needs about 2 GB on disk, 1 GB free.")
        return real(**wishes)

    monkeypatch.setattr(services, "create_run", full)
    with pytest.raises(Refused, match="on disk"):
        launched(owner)
    assert (Experiment.objects.count(), Run.objects.count(), Cell.objects.count()) == (0, 0, 0)


def test_what_all_runs_take_together_is_forecast_and_refused_where_it_does_not_fit(
    owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = check(design(), load_scenario(TOWN))
    whole, one = preview.preview(plan, owner), preview.preview(check(design(replicates=1), load_scenario(TOWN)), owner)
    assert (whole.runs, whole.refused) == (12, "")
    assert whole.needed.files == 4 * one.needed.files
    free = preview.free_here()
    tight = free.__class__(**{**free.__dict__, "files": 5_000_000_000, "one_disk": True})
    monkeypatch.setattr(preview, "free_here", lambda: tight)
    monkeypatch.setattr(preview, "forecast", lambda *_: whole.needed.__class__(2_000_000_000, 0, 1, 1.0))
    with pytest.raises(Refused, match=r"together about 24\.0 GB on disk"):
        launched(owner)


def test_only_failures_are_done_again_with_their_seed_and_the_old_runs_stay(owner: Any) -> None:
    experiment = launched(owner)
    places = grid_of(experiment).places
    with pytest.raises(Refused, match="No cell failed"):
        retry(experiment=experiment, member=owner)
    failed = [places[1], places[6]]
    for place in failed:
        fail(place.run)
    finish(places[0].run, [1.0, 2.0, 3.0, 4.0])
    assert retry(experiment=experiment, member=owner) == 2
    grid = grid_of(experiment)
    again = [place for place in grid.places if place.attempt == 2]
    assert [(place.arm, place.seed) for place in again] == [(place.arm, place.seed) for place in failed]
    assert grid.counts == {"finished": 1, "queued": 11}
    assert Run.objects.filter(status="failed").count() == 2


def test_a_deleted_run_leaves_a_cell_that_can_be_filled_again(owner: Any) -> None:
    experiment = launched(owner)
    run = grid_of(experiment).places[0].run
    Run.objects.filter(pk=run.pk).delete()
    assert grid_of(experiment).counts == {"queued": 11, "gone": 1}
    assert retry(experiment=experiment, member=owner) == 1
    assert grid_of(experiment).counts == {"queued": 12}


def test_replicates_added_later_take_the_next_seeds(owner: Any) -> None:
    experiment = launched(owner)
    assert add_replicates(experiment=experiment, member=owner, more=2) == 6
    experiment.refresh_from_db()
    assert [place.seed for place in grid_of(experiment).rows[1]] == [11, 12, 13, 14, 15, 16]
    with pytest.raises(WrongInput, match="runs; an experiment may have"):
        add_replicates(experiment=experiment, member=owner, more=MOST_CELLS // 3)


def test_all_runs_are_paused_resumed_and_stopped_together(owner: Any) -> None:
    experiment = launched(owner)
    finish(grid_of(experiment).places[0].run, [1.0])
    assert steer(experiment=experiment, member=owner, action="pause") == 11
    assert set(Run.objects.exclude(status="finished").values_list("wanted", flat=True)) == {"pause"}
    assert steer(experiment=experiment, member=owner, action="resume") == 11
    assert steer(experiment=experiment, member=owner, action="stop") == 11
    Reconciler(send=lambda _: None).round()
    assert grid_of(experiment).counts == {"finished": 1, "stopped": 11}
    with pytest.raises(Refused, match="nothing was changed"):
        steer(experiment=experiment, member=owner, action="pause")
    with pytest.raises(WrongInput, match="action is 'fly'"):
        steer(experiment=experiment, member=owner, action="fly")
    assert retry(experiment=experiment, member=owner, stopped=True) == 11


def test_a_run_launched_by_itself_does_not_wait_behind_an_experiment(
    owner: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setenv("SOCIARIUM_RUN_SLOTS", "2")
    told: list[int] = []
    monkeypatch.setattr(services, "quietly", lambda task, key: told.append(key))
    with django_capture_on_commit_callbacks(execute=True):
        experiment = launched(owner)
    assert told == [], "cells wait in the database, not in the broker's queue"
    alone = services.create_run(owner=owner, version=experiment.version, seed=1)
    sent: list[int] = []
    reconciler = Reconciler(send=sent.append)
    reconciler.round()
    reconciler.round()
    assert sent[0] == alone.pk
    assert len(sent) == 2, "no more than workers are free"


def test_an_arm_that_changes_nothing_shows_exactly_nothing(owner: Any) -> None:
    experiment = launched(owner)
    finish_all(experiment)
    likes, same = results_of(experiment).metrics[0].contrasts
    assert (same.found.mean, same.found.t, same.found.test.p, same.found.d_z) == (0.0, (0.0, 0.0), 1.0, None)
    assert likes.found.n == 4
    assert likes.found.mean == pytest.approx(1.1)
    assert likes.found.saved > 0.99, "seeds differ much more than arms do"
    assert likes.adjusted == pytest.approx(2 * likes.found.test.p)
    assert (same.needed, likes.needed > 4) == (None, True)


def test_results_read_the_last_step_or_the_mean_as_the_experiment_says(owner: Any) -> None:
    last, mean = launched(owner), launched(owner, reading="mean")
    for experiment in (last, mean):
        for place in grid_of(experiment).places:
            finish(place.run, [100.0, 1.0, None, 5.0 + place.arm.number])
    assert results_of(last).metrics[0].contrasts[0].found.arm == 6.0
    assert results_of(mean).metrics[0].contrasts[0].found.arm == 3.5, "step 0 is the founding, a gap is no zero"


def test_only_finished_runs_count_and_each_pair_is_whole(owner: Any) -> None:
    experiment = launched(owner)
    places = grid_of(experiment).rows
    finish(places[0][0].run, [0.0, 0.0, 0.0, 1.0])
    finish(places[1][0].run, [0.0, 0.0, 0.0, 3.0])
    finish(places[1][1].run, [0.0, 0.0, 0.0, 9.0])
    Run.objects.filter(pk=places[1][1].run.pk).update(status="stopped")
    results = results_of(experiment)
    likes, same = results.metrics[0].contrasts
    assert (likes.found.n, likes.found.mean, likes.found.t) == (1, 2.0, None)
    assert (same.found.n, results.pairs, results.tests) == (0, 0, 1)
    steps, bands = bands_of(experiment, results.grid)
    assert steps == [0, 1, 2, 3]
    assert bands["posts_written"][1].n.tolist() == [1, 1, 1, 1]


def test_the_order_of_arms_changes_no_difference(owner: Any) -> None:
    one, other = launched(owner), launched(owner, arms=(ARMS[0], ARMS[2], ARMS[1]))
    for experiment in (one, other):
        for place in grid_of(experiment).places:
            finish(place.run, [0.0, 0.0, 0.0, place.seed + len(place.arm.name) * place.replicate % 7])
    found = [{row["arm"]: row for row in differences(results_of(experiment))} for experiment in (one, other)]
    assert found[0] == found[1]


def test_files_say_what_the_page_says_and_the_methods_what_ran(owner: Any) -> None:
    experiment = launched(owner, title="Feeds & <camps>")
    finish_all(experiment)
    results = results_of(experiment, within=0.01)
    head, *rows = cells(results)
    assert head[-1] == "posts_written"
    assert len(rows) == 12
    found = as_json(results)
    assert found["statuses"] == {"finished": 12}
    assert [row["difference"] for row in found["results"]] == [pytest.approx(1.1), 0.0]
    parts = ("3 arms of 4 replicates", "seeds 11 to 14", "minds.rates.like=0.5", "12 finished", "over 2 tests")
    assert [part for part in parts if part not in found["methods"]] == []
    assert "intervened" not in found["methods"]
    run = results.grid.runs()[0]
    RunInput.objects.create(run_id=run.rows, step=1, seq=0, kind="act", payload={}, member_id=owner.pk)
    assert "In 1 run a member intervened" in as_json(results_of(experiment))["methods"]
    with pytest.raises(WrongInput, match="more than 0"):
        results_of(experiment, within=0.0)


def test_an_experiment_is_its_owners_and_goes_without_its_runs(owner: Any, stranger: Any, admin_member: Any) -> None:
    experiment = launched(owner)
    assert not experiments_for(stranger).exists()
    assert experiments_for(admin_member).get() == experiment
    with pytest.raises(Refused, match="not over"):
        forget(experiment=experiment, member=owner)
    finish_all(experiment)
    forget(experiment=experiment, member=owner)
    assert (Experiment.objects.count(), Run.objects.count()) == (0, 12)
