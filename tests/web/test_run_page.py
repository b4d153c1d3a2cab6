"""The run page: who may see it, what it says, its controls."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from simapp.models import Run

PARTS = ("page", "points", "feed", "state", "health")


@pytest.fixture
def running(owner):
    """A run with steps 0 .. 9."""
    from tests.live.steps import commit, make_run

    run = make_run(owner)
    commit(run, range(10))
    return run


@pytest.fixture
def told(owner, settings, tmp_path):
    """A run with posts that real steps wrote, some of them hostile."""
    from tests.store.story import make_run, tell

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return tell(make_run(owner)).run


def address(run: Run, part: str = "page", *more) -> str:
    return reverse(f"run:{part}", args=[run.pk, *more])


def body(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("part", PARTS)
def test_a_stranger_is_told_that_there_is_no_such_run(part, running, browser_of, stranger) -> None:
    assert browser_of(stranger).get(address(running, part)).status_code == 404


@pytest.mark.parametrize("name", ["metric", "metric-csv"])
def test_a_stranger_gets_no_numbers(name, running, browser_of, stranger) -> None:
    assert browser_of(stranger).get(address(running, name, "opinion_variance")).status_code == 404


def test_a_stranger_steers_nothing(running, browser_of, stranger) -> None:
    answer = browser_of(stranger).post(address(running, "control"), {"action": "stop"})
    running.refresh_from_db()
    assert (answer.status_code, running.wanted) == (404, "run")


@pytest.mark.parametrize("part", PARTS)
def test_a_signed_out_visitor_is_sent_to_sign_in(part, running, client) -> None:
    answer = client.get(address(running, part))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("sign-in"))


def test_the_page_says_how_the_run_stands(running, browser) -> None:
    running.waiting = "a free run worker (3 of 3 busy)"
    running.save(update_fields=["waiting"])
    page = body(browser.get(address(running)))
    assert "waiting for: a free run worker (3 of 3 busy)" in page
    assert re.search(r'step <b data-live="step">9</b>/5\u202f000', page)
    assert "09090909" in page


def test_a_failed_run_shows_its_error_as_text(running, browser) -> None:
    Run.objects.filter(pk=running.pk).update(status="failed", error="<b>disk</b> is full")
    page = body(browser.get(address(running)))
    assert "&lt;b&gt;disk&lt;/b&gt; is full" in page
    assert "<b>disk</b>" not in page


def test_a_run_without_a_step_says_what_will_appear(owner, browser) -> None:
    from tests.live.steps import make_run

    page = body(browser.get(address(make_run(owner))))
    assert "Appears with the first step." in page
    assert "Posts appear here as they are written" in page
    assert "none yet" in page


def test_the_charts_are_those_of_the_metrics_that_the_run_has(running, browser) -> None:
    page = body(browser.get(address(running)))
    assert set(re.findall(r'data-chart="(\w+)"', page)) == {
        "opinion_variance",
        "neighbour_correlation",
        "activity",
    }


def test_first_votes_are_charted_only_where_a_scenario_has_them(owner, browser) -> None:
    from tests.live.steps import make_run

    without, vote = make_run(owner), {"kind": "first_vote", "at": 0}
    assert 'data-chart="herd"' not in body(browser.get(address(without)))
    Run.objects.filter(pk=without.pk).update(hidden=True)
    scenario = without.scenario_version
    scenario.document = {**scenario.document, "interventions": [vote]}
    scenario.save()
    Run.objects.filter(pk=without.pk).update(hidden=False)
    assert 'data-chart="herd"' in body(browser.get(address(without)))


def test_every_chart_leads_to_its_catalogue_entry_its_table_and_its_csv(running, browser) -> None:
    page = body(browser.get(address(running)))
    assert f"{reverse('catalogue')}#opinion_variance" in page
    assert address(running, "metric", "opinion_variance") in page
    assert address(running, "metric-csv", "opinion_variance") in page


def test_hostile_titles_are_text(owner, browser) -> None:
    from tests.live.steps import make_run

    page = body(browser.get(address(make_run(owner, title="</script><script>alert(1)</script>"))))
    assert "<script>alert(1)" not in page


def test_nothing_on_the_page_is_inline(told, browser) -> None:
    page = body(browser.get(address(told)))
    scripts = re.findall(r"<script([^>]*)>", page)
    assert scripts
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assert "<style" not in page
    assert not re.search(r"\s(style|on\w+)=", page)


@pytest.mark.parametrize(("part", "queries"), [("page", 18), ("points", 8), ("state", 6), ("feed", 12)])
def test_a_page_costs_the_same_queries_however_long_the_run(
    part, queries, told, browser, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(queries):
        browser.get(address(told, part))


def test_pause_works_without_a_script(running, browser) -> None:
    answer = browser.post(address(running, "control"), {"action": "pause"})
    running.refresh_from_db()
    assert (answer.status_code, answer.url, running.wanted) == (302, address(running), "pause")


def test_with_htmx_the_controls_come_back(running, browser) -> None:
    answer = browser.post(address(running, "control"), {"action": "pause"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "pausing after this step" in body(answer)
    assert 'value="resume"' in body(answer)


def test_what_cannot_be_done_is_said_in_a_sentence(running, browser) -> None:
    Run.objects.filter(pk=running.pk).update(status="finished")
    plain = browser.post(address(running, "control"), {"action": "pause"})
    part = browser.post(address(running, "control"), {"action": "pause"}, headers={"HX-Request": "true"})
    for answer in (plain, part):
        assert answer.status_code == 409
        assert "The run is finished; it cannot be changed any more." in body(answer)


@pytest.mark.parametrize(
    "wish",
    [
        {"action": "explode"},
        {"action": "pace", "pace": "<b>"},
        {"action": "pace", "pace": "-1"},
        {"action": "pace", "pace": "nan"},
    ],
)
def test_a_wish_that_makes_no_sense_changes_nothing(wish, running, browser) -> None:
    before = Run.objects.values().get(pk=running.pk)
    answer = browser.post(address(running, "control"), wish)
    assert answer.status_code == 409
    assert "<b>&#x27;" not in body(answer)
    assert Run.objects.values().get(pk=running.pk) == before


@pytest.mark.parametrize(("said", "pace"), [("4", 4.0), ("max", None), ("0.5", 0.5)])
def test_the_speed_can_be_set(said, pace, running, browser) -> None:
    Run.objects.filter(pk=running.pk).update(pace=7.0)
    browser.post(address(running, "control"), {"action": "pace", "pace": said})
    running.refresh_from_db()
    assert running.pace == pace


def test_controls_need_the_csrf_token(running, owner) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.post(address(running, "control"), {"action": "stop"})
    running.refresh_from_db()
    assert (answer.status_code, running.wanted) == (403, "run")


def test_nothing_can_be_pressed_when_the_run_is_over(running, browser) -> None:
    Run.objects.filter(pk=running.pk).update(status="stopped")
    page = body(browser.get(address(running, "state")))
    assert "stopped by a member; what was done is kept" in page
    assert not re.findall(r'<button name="(?:action|pace)"', page)


def test_a_run_that_failed_before_its_first_step_promises_no_charts(owner, browser) -> None:
    from tests.live.steps import make_run

    run = make_run(owner)
    Run.objects.filter(pk=run.pk).update(status="failed", error="feed.presett is not a known field.")
    page = body(browser.get(address(run)))
    assert "The run failed before its first step" in page
    assert f'href="/scenarios/{run.scenario_version.scenario_id}/"' in page
    assert "Posts appear here" not in page
    assert "Export" not in page


def test_a_run_says_how_long_it_took(running, browser) -> None:
    from django.utils import timezone

    end = timezone.now()
    Run.objects.filter(pk=running.pk).update(
        status="finished", started=end - timezone.timedelta(seconds=75), ended=end
    )
    assert "every step is done, after 1:15" in body(browser.get(address(running, "state")))


def test_spread_is_charted_only_where_something_can_spread(owner, browser) -> None:
    from tests.live.steps import make_run

    def keys(**platform) -> list[str]:
        page = body(browser.get(address(make_run(owner, platform=platform))))
        return re.findall(r'data-chart="(\w+)"', page)

    assert "cascade" in keys(rules="microblog")
    assert "cascade" not in keys(rules="forum")


def test_a_title_that_turns_the_line_around_turns_only_itself(owner, browser) -> None:
    from tests.live.steps import make_run

    run = make_run(owner)
    run.scenario_version.scenario.title = "\u202eevil"
    run.scenario_version.scenario.save(update_fields=["title"])
    assert "<bdi>\u202eevil</bdi> version 1" in body(browser.get(address(run)))


def test_a_run_whose_worker_fell_silent_says_so(running, browser) -> None:
    from django.utils import timezone

    Run.objects.filter(pk=running.pk).update(lease_until=timezone.now() - timezone.timedelta(seconds=9))
    assert "a worker to take over" in body(browser.get(address(running, "state")))


def test_the_data_for_the_script_is_valid_json(running, browser) -> None:
    page = body(browser.get(address(running)))
    data = json.loads(
        re.search(r'<script id="run-data" type="application/json">(.*?)</script>', page, re.DOTALL)[1]
    )
    assert data["state"]["step"] == 9
    assert [chart["key"] for chart in data["charts"]]


def test_what_a_scenario_is_about_comes_first(owner, browser) -> None:
    from tests.live.steps import make_run

    def order(**minds) -> list[str]:
        return re.findall(r'data-chart="(\w+)"', body(browser.get(address(make_run(owner, **minds)))))

    assert order(minds={"opinion": {"kind": "baumann"}})[0] == "opinion_variance"
    assert order(minds={"opinion": {"kind": "none"}})[0] == "cascade"
