"""A cohort narrows every view of a run, and what it does not narrow says so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from simapp.models import Cohort, Run, RunPost
from simapp.runs.cohorts import make_cohort
from simapp.store import authored, people
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

USERS = list(range(0, 120, 3))


@pytest.fixture
def run(owner: Any, settings: Any, tmp_path: Any) -> Run:
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return finish(make(busy("rumour"), steps=5, owner=owner))


@pytest.fixture
def cohort(run: Run) -> Cohort:
    return make_cohort(run=run, member=None, name="<b>thirds</b>", users=USERS, source="numbers", step=0)


def page(browser: Any, run: Run, view: str, query: str = "", **headers: str) -> str:
    answer = browser.get(reverse(f"run:{view}", args=[run.pk]) + query, **headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def keys_in(text: str) -> list[int]:
    return [int(key) for key in re.findall(r'id="post-(\d+)"', text)]


def older_of(text: str) -> str:
    found = re.search(r'href="[^"]*(\?before=[^"]+)"', text)
    return found[1].replace("&amp;", "&") if found else ""


def test_the_feed_shows_what_the_cohort_wrote_and_shared_page_by_page(run, cohort, browser) -> None:
    rows = RunPost.objects.filter(run_id=run.pk, kind__lt=3, author__in=USERS).order_by("-step", "-key")
    first = page(browser, run, "feed-view", f"?cohort={cohort.pk}")
    seen = keys_in(first)
    assert "&lt;b&gt;thirds&lt;/b&gt;" in first
    assert "<b>thirds" not in first
    more = older_of(first)
    while more:
        part = page(browser, run, "feed-view", more, HTTP_HX_REQUEST="true")
        seen += keys_in(part)
        more = older_of(part)
    assert seen == [row.key for row in rows]
    past = keys_in(page(browser, run, "feed-view", f"?cohort={cohort.pk}&at=2"))
    assert past == [row.key for row in rows if row.step <= 2][:30]


def test_a_feed_that_was_not_looked_through_says_how_far_and_goes_on(run, cohort, browser, monkeypatch) -> None:
    monkeypatch.setattr(authored, "MOST_ROWS", 5)
    monkeypatch.setattr(authored, "RANGE", 10**9)
    monkeypatch.setattr(authored, "_FIRST_ROWS", 5)
    silent = make_cohort(run=run, member=None, name="one", users=[7], source="numbers", step=0)
    text = page(browser, run, "feed-view", f"?cohort={silent.pk}")
    assert "Looked back to step" in text
    assert "Look further back" in text
    assert f"cohort={silent.pk}" in older_of(text)


def test_new_posts_are_counted_of_the_cohort_alone(run, cohort, browser) -> None:
    def told(query: str) -> dict[str, Any]:
        return browser.get(reverse("run:feed-fresh", args=[run.pk]) + query).json()

    mine = RunPost.objects.filter(run_id=run.pk, kind__lt=3, author__in=USERS, step__gt=3).count()
    assert told(f"?after=3&cohort={cohort.pk}") == {"step": run.step, "posts": mine, "more": False}
    assert told("?after=3")["posts"] > mine > 0
    assert browser.get(reverse("run:feed-fresh", args=[run.pk]) + "?cohort=x").status_code == 400


@pytest.mark.parametrize("few", [0, 20_000], ids=["many", "few"])
@pytest.mark.parametrize("order", ["sort=user", "sort=handle", "sort=followers&way=up", "sort=opinion", "q=u"])
def test_users_are_those_of_the_cohort_in_every_order(run, cohort, browser, monkeypatch, order, few) -> None:
    monkeypatch.setattr(people, "FEW", few)

    def listed(query: str) -> list[int]:
        found: list[int] = []
        while query:
            text = page(browser, run, "users", query, HTTP_HX_REQUEST="true")
            found += [int(user) for user in re.findall(r'/users/(\d+)/[^"]*" data-row', text)]
            following = re.search(r'href="[^"?]*(\?[^"]*)" rel="next"', text)
            query = following[1].replace("&amp;", "&") if following else ""
        return found

    everybody = listed(f"?{order}")
    assert set(everybody) <= set(range(run.users))
    assert listed(f"?{order}&cohort={cohort.pk}") == [user for user in everybody if user in USERS]


def test_from_a_user_of_the_cohort_the_next_is_of_the_cohort(run, cohort, browser) -> None:
    text = browser.get(reverse("run:user", args=[run.pk, 3]) + f"?cohort={cohort.pk}").content.decode()
    assert reverse("run:user", args=[run.pk, 6]) + f"?cohort={cohort.pk}" in text
    assert reverse("run:user", args=[run.pk, 0]) + f"?cohort={cohort.pk}" in text


@pytest.mark.parametrize("view", ["page", "feed-view", "network", "cascades", "users", "interventions", "interviews"])
def test_every_view_names_the_cohort_and_leads_on_with_it(run, cohort, browser, view) -> None:
    text = page(browser, run, view, f"?cohort={cohort.pk}&at=2")
    assert f'<option value="{cohort.pk}" selected>' in text
    tabs = re.findall(r'href="([^"]*)" data-tab-link', text)
    assert len(tabs) > 5
    assert all(f"cohort={cohort.pk}" in tab and "at=2" in tab for tab in tabs)
    if view in ("page", "interventions", "interviews"):
        assert 'class="hint cohort-note">Shown ' in text
    everybody = page(browser, run, view)
    assert " selected>" not in re.search(r'id="cohort-bar"[\s\S]*?</form>', everybody)[0]


def test_an_interview_offers_users_of_the_cohort_and_comes_back_to_it(run, cohort, browser) -> None:
    text = page(browser, run, "interviews", f"?cohort={cohort.pk}")
    offered = re.search(r'name="users" value="([^"]*)"', text)[1]
    users = [int(word) for word in offered.split(",")]
    assert len(users) == 10
    assert set(users) <= set(USERS)
    assert (users[0], users[-1]) == (USERS[0], USERS[-1])
    url = reverse("run:interviews", args=[run.pk]) + f"?cohort={cohort.pk}"
    answer = browser.post(url, {"users": offered, "step": "", "prompt": "What do you think?"})
    assert answer.status_code == 302
    assert answer.url == url


def test_the_overview_begins_with_what_the_cohort_thought(run, cohort, browser) -> None:
    assert 'id="cohort-charts"' in page(browser, run, "page", f"?cohort={cohort.pk}")
    assert 'id="cohort-charts"' not in page(browser, run, "page")


@pytest.mark.parametrize("view", ["page", "feed-view", "network", "cascades", "users"])
def test_a_cohort_that_is_gone_is_said(run, cohort, browser, view) -> None:
    cohort.delete()
    answer = browser.get(reverse(f"run:{view}", args=[run.pk]) + f"?cohort={cohort.pk}")
    assert answer.status_code == 400
    assert "cohort" in answer.content.decode()
    assert 'id="cohort-bar"' not in page(browser, run, view)
