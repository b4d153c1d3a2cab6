"""A past step of a run: the one slider over its views, what they show of that step, and the charts that are chosen."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from simapp.models import Run
from simapp.runs.cohorts import make_cohort


@pytest.fixture
def running(owner: Any) -> Run:
    """A run with steps 0 .. 9."""
    from tests.live.steps import commit, make_run

    run = make_run(owner)
    commit(run, range(10))
    return run


@pytest.fixture
def told(owner: Any, settings: Any, tmp_path: Any) -> Run:
    """A run with posts that real steps wrote."""
    from tests.store.story import make_run, tell

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return tell(make_run(owner)).run


def address(run: Run, part: str = "page", *more: Any) -> str:
    return reverse(f"run:{part}", args=[run.pk, *more])


def body(response: Any) -> str:
    return response.content.decode()


def test_a_past_step_is_one_address_for_every_view(running: Run, browser: Any) -> None:
    page = body(browser.get(address(running), {"at": 4}))
    assert 'data-at="4"' in page
    assert re.search(r'<input type="range" id="time" min="0" max="9" step="1" value="4"', page)
    ways = re.findall(r'<a href="([^"]+)" data-tab-link', page)
    assert ways
    assert all("at=4" in way for way in ways)


def test_a_cohort_goes_along_from_view_to_view(running: Run, browser: Any) -> None:
    running.users = 1
    cohort = make_cohort(run=running, member=None, name="some", users=np.array([0]), source="numbers", step=0)
    for part in ("page", "users", "interviews"):
        page = body(browser.get(address(running, part), {"at": 4, "cohort": cohort.pk}))
        ways = re.findall(r'<a href="([^"]+)" data-tab-link', page)
        assert len(ways) == 8
        assert all(f"at=4&amp;cohort={cohort.pk}" in way for way in ways), part
    answer = browser.get(address(running), {"cohort": '7"><script>'})
    assert (answer.status_code, b"cohort must be" in answer.content) == (400, True)


def test_without_a_past_step_the_page_is_live(running: Run, browser: Any) -> None:
    page = body(browser.get(address(running)))
    assert 'data-at=""' in page
    assert 'value="9"' in page
    assert "at=" not in "".join(re.findall(r'<a href="([^"]+)" data-tab-link', page))


@pytest.mark.parametrize("at", ["x", "-3", "1.5", "9" * 30, "1;drop"])
def test_a_step_that_is_none_is_refused_with_a_sentence(at: str, running: Run, browser: Any) -> None:
    for part in ("page", "feed"):
        answer = browser.get(address(running, part), {"at": at})
        assert (answer.status_code, b"at must be" in answer.content) == (400, True)


def test_a_moment_is_one_step_with_everything_that_is_shown_of_it(running: Run, browser: Any) -> None:
    message = browser.get(address(running, "moment"), {"at": 3}).json()
    assert (message["step"], message["minute"], message["counts"]["create_post"]) == (3, 90, 3)
    assert message["metrics"]["opinion_variance"] == [0.003, pytest.approx(1 / 3, abs=1e-6)]
    assert message["metrics"]["neighbour_correlation"] == [None, 0.0]
    assert message["histogram"][0] == 3
    assert message["digest"] == "03" * 32


@pytest.mark.parametrize(("at", "status"), [("10", 404), ("-1", 404), ("x", 400), ("1e3", 400)])
def test_a_moment_that_never_was_is_said_in_a_sentence(at: str, status: int, running: Run, browser: Any) -> None:
    answer = browser.get(address(running, "moment"), {"at": at})
    assert answer.status_code == status
    assert answer.json()["error"].startswith("at ")


def test_a_stranger_sees_no_moment(running: Run, browser_of: Any, stranger: Any) -> None:
    assert browser_of(stranger).get(address(running, "moment"), {"at": 3}).status_code == 404


def test_the_feed_of_a_past_step_is_as_it_stood_then(told: Run) -> None:
    from simapp.web.run_feed import read

    now = {post.key: post for post in read(told).posts}
    for upto in range(told.step):
        then = read(told, upto=upto)
        assert then.step == upto
        assert {post.key for post in then.posts} == {key for key, post in now.items() if post.step <= upto}
    first = read(told, upto=0)
    grown = [post for post in first.posts if now[post.key].likes != post.likes]
    assert grown, "votes that came later do not count yet"
    assert all((post.likes, post.shares, post.comments) == (0, 0, 0) for post in first.posts)


def test_older_pages_of_a_past_feed_stay_in_the_past(told: Run, browser: Any, monkeypatch: Any) -> None:
    from simapp.web import run_feed

    monkeypatch.setattr(run_feed, "PAGE", 1)
    page = body(browser.get(address(told, "feed"), {"at": 2}))
    assert re.search(r"before=\d+\.\d+&amp;at=2", page)


def test_a_long_history_comes_without_counts_and_of_the_metrics_asked_for(running: Run, browser: Any) -> None:
    from tests.live.steps import commit

    commit(running, range(10, 2500))
    rows = browser.get(address(running, "points"), {"thin": 1, "names": "posts_written,no_such"}).json()["points"]
    assert {tuple(row["metrics"]) for row in rows} == {("posts_written",)}
    assert all(row["counts"] == {} for row in rows)


def shown(page: str) -> set[str]:
    panels = re.findall(r'<article class="chart[^"]*" data-chart="(\w+)"[^>]*?( hidden)?>', page)
    return {key for key, hidden in panels if not hidden}


def test_the_charts_that_are_shown_are_those_of_the_address(running: Run, browser: Any) -> None:
    assert shown(body(browser.get(address(running)))) == {"opinion_variance", "neighbour_correlation", "activity"}
    page = body(browser.get(address(running), {"charts": "activity,no_such,<b>"}))
    assert shown(page) == {"activity"}
    assert "&lt;b&gt;" not in page
    assert "<b>," not in page
    assert shown(body(browser.get(address(running), {"charts": ""}))) == set()


def test_every_metric_of_a_run_can_be_chosen_and_few_are_shown_at_first() -> None:
    from simapp.metrics import registry
    from simapp.web.run_charts import MOST_USUAL, charts_for, chosen_of

    charts = charts_for(registry.live(), first_votes=True)
    assert {name for chart in charts for name in chart.names} == set(registry.live())
    assert len(chosen_of(charts, None)) == MOST_USUAL
    assert "dislikes_made" not in chosen_of(charts_for(registry.usual()), None)
    assert chosen_of(charts, "likes_gini,mutes_made") == {"likes_gini", "mutes_made"}


def test_each_chart_states_its_range() -> None:
    from simapp.web.run_charts import chart_named

    assert chart_named("modularity").about.endswith("range −1 … 1")
    assert chart_named("ei_index").about.startswith("−1 all edges within a side")
    assert chart_named("affective_polarization").null == "null"


def test_every_key_of_the_sheet_leads_to_a_view_that_is_there(running: Run, browser: Any) -> None:
    page = body(browser.get(address(running)))
    sheet = re.search(r'<dialog id="keys".*?</dialog>', page, re.DOTALL)[0]
    letters = re.findall(r"<kbd>g</kbd> <kbd>(\w)</kbd>", sheet)
    assert {"o", "f", "h"} <= set(letters)
    assert len(letters) == len(set(letters))
    assert set(letters) == set(re.findall(r'data-letter="(\w)"', page))


def test_stopping_asks_first_and_says_what_is_kept(running: Run, browser: Any) -> None:
    page = body(browser.get(address(running)))
    question = re.search(r'<dialog id="stop-question".*?</dialog>', page, re.DOTALL)[0]
    assert "every step up to then" in question
    Run.objects.filter(pk=running.pk).update(status="stopped")
    assert "stop-question" not in body(browser.get(address(running)))
