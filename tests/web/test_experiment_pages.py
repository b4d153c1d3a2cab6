"""The pages of experiments: the form says what it comes to, the grid how cells stand, the results what was found."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from simapp.experiments.grid import grid_of
from simapp.models import Experiment, Membership, Project, Run
from simapp.runs import services
from tests.experiments.made import finish, finish_all, launched

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client


def form(scenario: Any, **changes: str) -> dict[str, Any]:
    """Two arms of three replicates, as a browser sends them."""
    return {
        "scenario": str(scenario.pk), "title": "Do likes matter?", "question": "", "replicates": "3", "first_seed": "5",
        "steps": "2", "reading": "last", "metrics": ["posts_written", "ei_index"],
        "arm-0-name": "control", "arm-0-path": [""], "arm-0-value": [""], "arm-0-lines": "",
        "arm-4-name": "more likes", "arm-4-path": ["minds.rates.like", ""], "arm-4-value": ["0.5", ""],
        "arm-4-lines": "feed.k=7\n", **changes,
    }  # fmt: skip


@pytest.fixture
def experiment(owner: Any) -> Experiment:
    """Three arms of four replicates, every run queued."""
    return launched(owner)


def test_an_empty_list_says_what_an_experiment_is(browser: Client) -> None:
    page = browser.get("/experiments/").content.decode()
    assert "No experiment yet" in page
    assert "/experiments/new/" in page


def test_the_form_offers_the_fields_of_its_scenario_with_their_values(browser: Client, scenario: Any) -> None:
    page = browser.get(f"/experiments/new/?scenario={scenario.pk}")
    fields = page.context["fields_json"]
    assert fields["feed.preset"]["value"] == "chronological"
    assert "interest" in fields["feed.preset"]["options"]
    assert fields["network.kind"]["options"].count("watts_strogatz") == 1
    assert fields["network.mean_followees"]["kind"] in {"number", "integer"}
    assert "clock.steps" not in fields
    assert next(name for name, _, chosen in page.context["metrics"] if chosen) == "opinion_variance"


def test_before_launch_the_page_says_how_many_runs_it_is_and_what_they_take(browser: Client, scenario: Any) -> None:
    page = browser.post("/experiments/new/preview/", form(scenario)).content.decode()
    assert "2 arms × 3 replicates = 6 runs" in page
    assert "on disk" not in page
    assert re.search(r"about \d+ (s|min)", page)
    assert not Experiment.objects.exists()
    page = browser.post("/experiments/new/preview/", form(scenario, replicates="x")).content.decode()
    assert "replicates is x; it must be a whole number." in page


def test_a_launch_makes_every_run_and_shows_them(browser: Client, scenario: Any, owner: Any) -> None:
    answer = browser.post("/experiments/new/", form(scenario))
    made = Experiment.objects.get()
    assert answer["Location"] == f"/experiments/{made.pk}/"
    assert (made.owner, made.metrics, made.steps) == (owner, ["posts_written", "ei_index"], 2)
    assert made.arms.get(number=1).changes == ["minds.rates.like=0.5", "feed.k=7"]
    assert Run.objects.filter(cell__isnull=False, status="queued").count() == 6
    page = browser.get(answer["Location"]).content.decode()
    assert page.count('class="cell cell-queued" href') == 6
    assert "0 of 6 runs finished" in page
    assert "No pair yet" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scenario": "999999"}, "Choose the scenario that the arms change."),
        ({"title": ""}, "title has 0 characters"),
        ({"arm-4-path": ["feed.presett"], "arm-4-value": ["x"]}, "feed.presett"),
        ({"replicates": "100000"}, "it must be a whole number from 1 to 200"),
        ({"metrics": ["made_up"]}, "there is no metric of that name"),
        ({"reading": "odd"}, "it must be one of last, mean"),
        ({"arm-4-name": "control"}, "each needs a name of its own"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    browser: Client, scenario: Any, changes: dict[str, Any], said: str
) -> None:
    answer = browser.post("/experiments/new/", {**form(scenario), **changes})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "minds.rates.like" in page or "arm-4-path" in changes
    assert "feed.k=7" in page
    assert not Experiment.objects.exists()


def test_hostile_words_are_text(browser: Client, scenario: Any) -> None:
    nasty = "<script>alert(1)</script>"
    browser.post("/experiments/new/", {**form(scenario), "title": nasty, "question": nasty, "arm-4-name": nasty})
    page = browser.get(f"/experiments/{Experiment.objects.get().pk}/").content.decode()
    assert nasty not in page
    assert "&lt;script&gt;alert(1)" in page
    assert nasty not in browser.get("/experiments/").content.decode()


def test_the_results_show_an_idle_arm_as_exactly_nothing(browser: Client, experiment: Experiment) -> None:
    finish_all(experiment)
    page = browser.get(f"/experiments/{experiment.pk}/?within=0.02")
    likes, same = page.context["metrics"][0].rows
    assert (same.difference, same.t, same.effect, same.p, same.clear) == ("0", "[0, 0]", "–", "1", False)
    assert (likes.difference, likes.n, likes.clear, likes.bca) == ("+1.1", 4, True, "–")
    assert likes.half == "0.02"
    assert int(likes.needed) > 4
    assert "12 of 12 runs finished" in page.content.decode()
    assert 'hx-trigger="every 2s"' not in page.content.decode(), "what is over is not asked for again"


def test_charts_get_means_and_bands_and_files_every_digit(browser: Client, experiment: Experiment) -> None:
    finish_all(experiment)
    here = f"/experiments/{experiment.pk}"
    points = browser.get(f"{here}/points.json").json()
    control, likes, same = points["metrics"]["posts_written"]
    assert points["steps"] == [0, 1, 2, 3]
    assert control == same
    assert control["mean"][-1] == pytest.approx(12.5)
    assert control["low"][-1] < 12.5 < control["high"][-1] < likes["high"][-1]
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{here}/results.csv").getvalue().decode())))
    assert [row["difference"] for row in rows][1] == "0.0"
    assert rows[1]["d_z"] == "", "what is not defined is empty, never 0"
    assert len(browser.get(f"{here}/cells.csv").getvalue().decode().splitlines()) == 13
    assert len(browser.get(f"{here}/metrics/posts_written/?format=csv").getvalue().decode().splitlines()) == 13
    assert browser.get(f"{here}/metrics/posts_written/").status_code == 200
    assert browser.get(f"{here}/metrics/ei_index/").status_code == 404
    assert browser.get(f"{here}/results.json").json()["runs"] == 12


def test_buttons_steer_all_runs_and_say_what_cannot_be(browser: Client, experiment: Experiment) -> None:
    here = f"/experiments/{experiment.pk}"
    assert "Pause all" in browser.get(f"{here}/grid/").content.decode()
    assert browser.post(f"{here}/control/", {"action": "pause"}).status_code == 302
    assert "Resume all" in browser.get(f"{here}/grid/").content.decode()
    assert browser.post(f"{here}/control/", {"action": "fly"}).status_code == 409
    assert browser.post(f"{here}/replicates/", {"more": "2"}).status_code == 302
    assert browser.post(f"{here}/replicates/", {"more": "-2"}).status_code == 409
    run = grid_of(experiment).places[0].run
    Run.objects.filter(pk=run.pk).update(status="failed")
    assert "Retry 1 failure" in browser.get(f"{here}/grid/").content.decode()
    assert browser.post(f"{here}/retry/").status_code == 302
    assert browser.post(f"{here}/retry/").status_code == 409
    assert browser.post(f"{here}/delete/").status_code == 409
    assert browser.get(f"{here}/control/").status_code == 405
    assert browser.get(f"{here}/?within=much").status_code == 400


def test_a_stranger_finds_no_experiment(browser_of: Callable[[Any], Client], stranger: Any, experiment: Any) -> None:
    visitor = browser_of(stranger)
    here = f"/experiments/{experiment.pk}"
    for path in ("/", "/grid/", "/results/", "/points.json", "/results.csv", "/results.json", "/cells.csv"):
        assert visitor.get(here + path).status_code == 404, path
    for path in ("/control/", "/retry/", "/replicates/", "/delete/"):
        assert visitor.post(here + path, {"action": "stop", "confirm": "on"}).status_code == 404, path
    assert visitor.get("/experiments/").context["rows"] == []


def test_what_the_list_and_a_page_cost_does_not_grow_with_cells(
    browser: Client, owner: Any, django_assert_max_num_queries: Any
) -> None:
    for replicates in (2, 30):
        experiment = launched(owner, replicates=replicates)
        for place in grid_of(experiment).places:
            finish(place.run, [1.0, 2.0, 3.0, 4.0])
        with django_assert_max_num_queries(12):
            browser.get(f"/experiments/{experiment.pk}/")
        with django_assert_max_num_queries(12):
            browser.get(f"/experiments/{experiment.pk}/points.json")
        with django_assert_max_num_queries(9):
            browser.get("/experiments/")


def test_a_gallery_scenario_can_be_the_base(browser: Client) -> None:
    services.load_gallery()
    from simapp.models import Scenario

    found = Scenario.objects.get(slug="rumour")
    page = browser.post("/experiments/new/preview/", form(found, steps="")).content.decode()
    assert "= 6 runs" in page


def test_a_cells_run_leads_back_to_its_experiment(browser: Client, experiment: Experiment) -> None:
    run = grid_of(experiment).rows[1][2].run
    page = browser.get(f"/runs/{run.pk}/").content.decode()
    assert f'href="/experiments/{experiment.pk}/"' in page
    assert "replicate 3 of arm" in page


def test_a_viewer_of_an_experiment_is_offered_nothing_to_press(
    browser_of: Callable[[Any], Client], stranger: Any, experiment: Experiment
) -> None:
    project = Project.objects.create(name="Town")
    Experiment.objects.update(project=project)
    Membership.objects.create(member=stranger, project=project, role="viewer")
    page = browser_of(stranger).get(f"/experiments/{experiment.pk}/").content.decode()
    assert set(re.findall(r'<form method="post" action="([^"]+)"', page)) == {"/theme/", "/sign-out/"}
    assert f"/experiments/{experiment.pk}/results.csv" in page
