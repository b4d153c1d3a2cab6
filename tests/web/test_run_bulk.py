"""What is done from the list of runs: to a selection, to tags, to saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simapp.models import Audit, Export, Run, SavedView
from simapp.runs import services
from simapp.runs.tags import set_tags

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def pair(run: Any, owner: Any) -> list[Any]:
    """Two queued runs of the owner."""
    return [run, services.create_run(owner=owner, version=run.scenario_version, seed=8)]


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_selection_is_paused_and_resumed_together(browser: Client, pair: Any) -> None:
    chosen = [run.pk for run in pair]
    answer = browser.post("/runs/steer/", {"run": chosen, "action": "pause", "next": "/runs/?q=small"}, follow=True)
    assert answer.redirect_chain[0][0] == "/runs/?q=small"
    assert "2 runs asked to pause." in said(answer)
    assert set(Run.objects.values_list("wanted", flat=True)) == {"pause"}
    browser.post("/runs/steer/", {"run": chosen, "action": "resume"})
    assert set(Run.objects.values_list("wanted", flat=True)) == {"run"}


def test_what_cannot_be_done_is_told_run_by_run_and_the_rest_is_done(browser: Client, pair: Any) -> None:
    pair[0].status = "finished"
    pair[0].save()
    answer = browser.post("/runs/steer/", {"run": [run.pk for run in pair], "action": "stop"}, follow=True)
    assert "1 run asked to stop." in said(answer)
    assert f"Run {pair[0].pk}: The run is finished; it cannot be changed any more." in said(answer)


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("steer", {"action": "explode"}, "action is 'explode'; it must be one of pause, resume, stop."),
        ("export", {"format": "xls"}, "format is 'xls'"),
        ("tag", {"tags": " , "}, "tags is empty"),
        ("tag", {"tags": "x" * 41}, "a tag may have 40"),
        ("tag", {"tags": "a\u202eb"}, "a tag is printable text"),
        ("tag", {"tags": ",".join(f"t{n}" for n in range(13))}, "a run may have 12"),
    ],
)
def test_a_wrong_wish_is_one_sentence_and_changes_nothing(
    browser: Client, pair: Any, path: str, form: Any, sentence: str
) -> None:
    answer = browser.post(f"/runs/{path}/", {"run": [run.pk for run in pair], **form}, follow=True)
    assert sentence in said(answer)
    assert not Export.objects.exists()
    assert list(Run.objects.values_list("tags", "wanted")) == [([], "run")] * 2


@pytest.mark.parametrize("path", ["steer", "export", "tag", "delete"])
def test_another_members_runs_cannot_be_chosen(browser_of: Any, stranger: Any, pair: Any, path: str) -> None:
    form = {"run": [pair[0].pk], "action": "stop", "format": "csv", "tags": "mine", "sure": "yes"}
    answer = browser_of(stranger).post(f"/runs/{path}/", form, follow=True)
    assert "run names no run that is there." in said(answer)
    pair[0].refresh_from_db()
    assert (pair[0].wanted, pair[0].tags, pair[0].deleted) == ("run", [], None)


def test_an_export_of_each_is_asked_for_and_one_that_has_not_begun_says_so(browser: Client, pair: Any) -> None:
    pair[1].step = 2
    pair[1].save()
    answer = browser.post("/runs/export/", {"run": [run.pk for run in pair], "format": "parquet"}, follow=True)
    assert "1 run being exported" in said(answer)
    assert f"Run {pair[0].pk}: There is nothing to export before the run has begun." in said(answer)
    assert list(Export.objects.values_list("run", "format")) == [(pair[1].pk, "parquet")]


def test_a_deletion_names_what_is_lost_before_it_is_done(browser: Client, pair: Any, owner: Any) -> None:
    pair[0].step, pair[0].events = 4, 1234
    pair[0].save()
    Export.objects.create(run=pair[0], format="csv", owner=owner)
    services.create_run(owner=owner, version=pair[0].scenario_version, seed=9)
    fork = Run.objects.latest("pk")
    Run.objects.filter(pk=fork.pk).update(parent=pair[0], fork_step=2)
    chosen = {"run": [run.pk for run in pair], "next": "/runs/?sort=seed"}
    page = browser.post("/runs/delete/", chosen).content.decode()
    assert "Delete 2 runs?" in page
    assert "1\u202f234" in page
    assert f"its rows stay until fork {fork.pk} goes too" in page
    assert Run.objects.filter(deleted=None).count() == 3
    answer = browser.post("/runs/delete/", {**chosen, "sure": "yes"}, follow=True)
    assert "2 runs deleted." in said(answer)
    assert list(Run.objects.filter(deleted=None)) == [fork]


def test_tags_of_one_run_are_changed_in_place_and_found_again(browser: Client, pair: Any) -> None:
    answer = browser.post(
        f"/runs/{pair[0].pk}/tags/", {"tags": " paper,  second  draft,paper,"}, headers={"Accept": "application/json"}
    )
    assert answer.json() == {"tags": ["paper", "second draft"]}
    assert [row.run for row in browser.get("/runs/?tag=paper").context["rows"]] == [pair[0]]
    assert [row.run for row in browser.get("/runs/?q=second+draft").context["rows"]] == [pair[0]]
    assert browser.get("/runs/").context["tags"] == ["paper", "second draft"]
    assert Audit.objects.filter(action="tag", run=pair[0]).count() == 1
    wrong = browser.post(f"/runs/{pair[0].pk}/tags/", {"tags": "x" * 60}, headers={"Accept": "application/json"})
    assert (wrong.status_code, "a tag may have 40" in wrong.json()["problem"]) == (400, True)


def test_tags_added_to_many_keep_those_they_had(browser: Client, pair: Any, owner: Any) -> None:
    set_tags(run=pair[0], member=owner, tags=["baseline"])
    browser.post("/runs/tag/", {"run": [run.pk for run in pair], "tags": "paper"})
    assert list(Run.objects.order_by("pk").values_list("tags", flat=True)) == [["baseline", "paper"], ["paper"]]


def test_hostile_tags_and_titles_are_shown_as_text(browser: Client, pair: Any, owner: Any) -> None:
    set_tags(run=pair[0], member=owner, tags=["<script>alert(1)</script>"])
    Run.objects.filter(pk=pair[0].pk).update(title="<img src=x onerror=alert(1)>\u202e")
    page = browser.get("/runs/?tag=" + "<script>alert(1)<%2Fscript>").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert len(browser.get("/runs/?tag=%3Cscript%3Ealert(1)%3C/script%3E").context["rows"]) == 1


def test_a_view_keeps_the_address_under_a_name_for_its_member_alone(
    browser: Client, browser_of: Any, stranger: Any, run: Any
) -> None:
    query = "q=small&set=feed.k%3E%3D5&sort=seed&group=status&evil=1"
    answer = browser.post("/runs/views/", {"name": " My  view ", "query": query}, follow=True)
    assert "The view “My view” is saved." in said(answer)
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("My view", "q=small&set=feed.k%3E%3D5&sort=seed&group=status")
    assert f'href="/runs/?{view.query.replace("&", "&amp;")}"' in answer.content.decode()
    browser.post("/runs/views/", {"name": "My view", "query": "q=other"})
    assert SavedView.objects.get().query == "q=other"
    other = browser_of(stranger)
    assert list(other.get("/runs/").context["views"]) == []
    assert other.post(f"/runs/views/{view.pk}/delete/").status_code == 404
    browser.post(f"/runs/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [("", "", "name must be printable text"), ("x" * 61, "", "name must be"), ("a\u202eb", "", "name must be")],
)
def test_a_view_without_a_name_is_refused(browser: Client, run: Any, name: str, query: str, sentence: str) -> None:
    assert sentence in said(browser.post("/runs/views/", {"name": name, "query": query}, follow=True))
    assert not SavedView.objects.exists()
