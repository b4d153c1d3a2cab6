"""Forking, rewinding and deleting on a run's page: who may, what it says, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from simapp.models import Run
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done(owner: Any) -> Run:
    """A finished run of eight steps."""
    return finish(make(busy(), steps=8, owner=owner))


def address(run: Run, part: str = "page") -> str:
    return reverse(f"run:{part}", args=[run.pk])


def body(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_fork_is_made_where_the_form_says_and_its_page_says_where_it_comes_from(done, browser) -> None:
    changes = "feed.preset=reddit-hot\n\nminds.rates.like=0.4\n"
    typed = {"at": "3", "changes": changes, "title": "What if", "inputs": "on"}
    answer = browser.post(address(done, "fork"), typed)
    made = Run.objects.exclude(pk=done.pk).get()
    assert (answer.status_code, answer.url) == (302, address(made))
    assert (made.parent, made.fork_step, made.title, made.owner) == (done, 3, "What if", done.owner)
    assert made.scenario_version.document["feed"]["preset"] == "reddit-hot"
    page = body(browser.get(address(made)))
    assert f'forked from <a href="{address(done)}">run {done.pk}</a> at step 3' in page
    assert "shares the past of run" in page
    assert f'<a href="{address(made)}" title="What if">run {made.pk}</a> <span class="hint">from step 3</span>' in body(
        browser.get(address(done))
    )


def test_a_fork_shows_the_posts_and_charts_of_the_past_that_it_shares(done, browser) -> None:
    browser.post(address(done, "fork"), {"at": "3", "inputs": "on"})
    made = Run.objects.exclude(pk=done.pk).get()
    points = browser.get(address(made, "points")).json()
    assert [row["step"] for row in points["points"]] == [0, 1, 2, 3]
    assert 'class="post"' in body(browser.get(address(made, "feed")))
    listed = body(browser.get(reverse("runs")))
    assert listed.count('class="spark"') == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"at": "9"}, "at is 9"),
        ({"at": "x"}, "at is x; it must be a whole number"),
        ({"at": ""}, "at is empty"),
        ({"at": "3", "steps": "2"}, "steps is 2"),
        ({"at": "3", "changes": "population.users=500"}, "population.users cannot change in a fork"),
        ({"at": "3", "changes": "<b>=1"}, "&lt;b&gt;"),
        ({"at": "3", "changes": "a=1\n" * 60}, "changes has 60 lines"),
    ],
)
def test_a_fork_that_cannot_be_is_said_where_it_was_typed(typed, sentence, done, browser) -> None:
    answer = browser.post(address(done, "fork"), typed)
    assert answer.status_code == 409
    page = body(answer)
    assert sentence in page
    assert '<details class="menu" open>' in page
    assert Run.objects.count() == 1


def test_a_rewind_must_be_confirmed_and_leads_back_to_the_run(done, browser) -> None:
    answer = browser.post(address(done, "rewind"), {"to": "4"})
    done.refresh_from_db()
    assert (answer.status_code, done.step) == (409, 8)
    assert "tick the box" in body(answer)
    answer = browser.post(address(done, "rewind"), {"to": "4", "confirm": "on"})
    done.refresh_from_db()
    tail = done.tails.get()
    assert (answer.url, done.step, done.status) == (address(done), 4, "paused")
    page = body(browser.get(address(done)))
    assert f'archived: <a href="{address(tail)}">run {tail.pk}</a> <span class="hint">to step 8</span>' in page
    assert "forked from" not in page
    assert '"rewinds": 1' in page
    page = body(browser.get(address(tail)))
    assert f'archived tail of <a href="{address(done)}">run {done.pk}</a>' in page
    assert "forked from" not in page
    assert address(tail, "rewind") not in page
    assert f">#{tail.pk}<" not in body(browser.get(reverse("runs")))


def test_a_deletion_must_be_confirmed_and_leads_to_the_list(done, browser) -> None:
    assert browser.post(address(done, "delete")).status_code == 409
    answer = browser.post(address(done, "delete"), {"confirm": "on"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("runs")
    assert f"Run {done.pk} was deleted." in body(answer)
    assert browser.get(address(done)).status_code == 404


def test_a_run_that_forks_need_says_so_when_it_is_deleted(done, browser) -> None:
    browser.post(address(done, "fork"), {"at": "3"})
    made = Run.objects.exclude(pk=done.pk).get()
    answer = browser.post(address(done, "delete"), {"confirm": "on"}, follow=True)
    assert "Its rows stay until its forks are gone (1)." in body(answer)
    page = body(browser.get(address(made)))
    assert "forked from a run that is no longer listed at step 3" in page
    assert browser.get(address(made, "points")).json()["points"][0]["step"] == 0


@pytest.mark.parametrize("part", ["fork", "rewind", "delete"])
def test_others_can_do_none_of_it(part, done, browser_of, stranger, client) -> None:
    typed = {"at": "3", "to": "3", "confirm": "on"}
    assert browser_of(stranger).post(address(done, part), typed).status_code == 404
    assert client.post(address(done, part), typed).status_code == 302
    assert browser_of(done.owner).get(address(done, part)).status_code == 405
    done.refresh_from_db()
    assert (Run.objects.count(), done.step, done.deleted) == (1, 8, None)


def test_an_admin_can_delete_anybodys_run(done, browser_of, admin_member) -> None:
    browser_of(admin_member).post(address(done, "delete"), {"confirm": "on"})
    done.refresh_from_db()
    assert done.deleted is not None


def test_how_long_files_are_kept_is_set_on_the_page_and_checked(owner, browser) -> None:
    run = make(busy(), steps=8, owner=owner)
    answer = browser.post(address(run, "keep"), {"impressions": "last 5", "opinions": "", "snapshots": " "})
    run.refresh_from_db()
    assert (answer.status_code, run.keep) == (302, {"impressions": "last 5"})
    assert 'value="last 5"' in body(browser.get(address(run)))
    answer = browser.post(address(run, "keep"), {"impressions": "<i>"})
    assert answer.status_code == 409
    assert "impressions is &#x27;&lt;i&gt;&#x27;; it must be all, last N" in body(answer)
    run.refresh_from_db()
    assert run.keep == {"impressions": "last 5"}
