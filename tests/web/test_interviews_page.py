"""The page of interviews: who may ask, who may read, and what is shown of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from simapp.engine.core.batches import TIERS
from simapp.models import Audit, Membership, Probe, Project, Run
from simapp.runs import probes
from simapp.runs.interviewing import Heard

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(owner, settings, tmp_path) -> Run:
    """A run of the owner with the rows of a short story."""
    from tests.store.story import make_run, tell

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return tell(make_run(owner)).run


def address(run: Run) -> str:
    return reverse("run:interviews", args=[run.pk])


def asked(run: Run, answers: dict[int, str], prompt: str = "What do you think?", **more) -> Probe:
    """An interview that a worker has answered."""
    probe = probes.create(run=run, member=run.owner, users=list(answers), prompt=prompt, **more)
    probes._keep(probe, Heard(list(answers.values()), [0] * len(answers)))
    return probe


def ask(browser, run: Run, **typed: str):
    return browser.post(address(run), {"users": "1, 3-4", "step": "", "prompt": "What do you think?", **typed})


def test_the_owner_asks_and_a_worker_is_told(browser, run) -> None:
    answer = ask(browser, run, step="2")
    assert (answer.status_code, answer["Location"]) == (302, address(run))
    probe = Probe.objects.get()
    assert (probe.users, probe.step, probe.prompt) == ([1, 3, 4], 2, "What do you think?")
    assert (probe.member, probe.status) == (run.owner, "queued")
    assert Audit.objects.filter(run=run, action="interview").count() == 1
    page = browser.get(address(run)).content.decode()
    assert "waiting for a worker" in page
    assert "every 1s" in page, "the list looks for answers by itself"


def test_answers_are_shown_under_their_question(browser, run) -> None:
    asked(run, {0: "I lean towards more homes.", 1: "I am sure."})
    page = browser.get(address(run)).content.decode()
    assert "I lean towards more homes." in page
    assert "@user0" in page
    assert "every 1s" not in page, "nothing is waited for"


def test_who_spoke_what_it_took_and_which_model_was_away_stand_with_the_answers(browser, run) -> None:
    probe = probes.create(run=run, member=run.owner, users=[0, 1, 2], prompt="Well?")
    endpoint = TIERS.index("endpoint")
    heard = Heard(["<i>Homes</i>!", "", None], [endpoint, endpoint, 0])
    heard.problems, heard.cost = ["other could not be asked about 1 user: <away>."], ["mine: 2 replies, 90 tokens"]
    probes._keep(probe, heard)
    page = browser.get(address(run)).content.decode()
    assert "&lt;i&gt;Homes&lt;/i&gt;!" in page
    assert "No answer that could be read." in page
    assert "endpoint model" in page
    assert "mine: 2 replies, 90 tokens" in page
    assert "other could not be asked about 1 user: &lt;away&gt;." in page
    assert "@user2" not in page


def test_what_users_say_is_text_and_never_markup(browser, run) -> None:
    asked(run, {1: "<script>alert(1)</script>"}, prompt="<b>why</b>?")
    page = browser.get(address(run)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;b&gt;why" in page


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"users": ""}, "users"),
        ({"users": "one"}, "users"),
        ({"users": "8"}, "users"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"step": "99"}, "step"),
        ({"step": "soon"}, "step"),
        ({"step": "-1"}, "step"),
    ],
)
def test_a_wrong_question_is_said_at_its_field_and_what_was_typed_stays(browser, run, typed, named) -> None:
    answer = ask(browser, run, **typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'role="alert">{named} ' in page
    assert page.count('aria-invalid="true"') == 1
    assert not Probe.objects.exists()
    if "prompt" not in typed:
        assert "What do you think?</textarea>" in page


def test_a_step_may_be_typed_as_it_is_shown(browser, run) -> None:
    Run.objects.filter(pk=run.pk).update(step=1_234, steps=2_000)
    assert ask(browser, run, step="1\u2009200").status_code == 302
    assert Probe.objects.get().step == 1_200


def test_a_past_step_is_what_one_asks_about_and_later_answers_stand_behind_it(browser, run) -> None:
    asked(run, {0: "Then."}, step=2)
    asked(run, {0: "Now."})
    page = browser.get(address(run) + "?at=2").content.decode()
    assert 'id="time"' in page, "the page has the slider of all views"
    assert 'name="step" value="2"' in page
    assert "Then." in page
    assert "Now." not in page
    assert "1 interview about later steps is not listed" in page
    assert "Now." in browser.get(address(run)).content.decode()
    assert browser.get(address(run) + "?at=soon").status_code == 400
    assert 'name="users" value="7"' in browser.get(address(run) + "?users=7").content.decode(), "whom a link names"
    typed = {"users": "1", "prompt": "Well?"}
    said = [browser.post(address(run) + "?at=2", {**typed, "step": step})["Location"] for step in ("1", "3")]
    assert said == [address(run) + "?at=2", address(run)], "one is led to where the answer can be seen"


def test_a_stranger_is_told_that_there_is_no_such_run(run, browser_of, stranger) -> None:
    browser = browser_of(stranger)
    assert browser.get(address(run)).status_code == ask(browser, run).status_code == 404
    assert not Probe.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "researcher"])
def test_who_may_only_see_the_run_reads_and_does_not_ask(role, run, browser_of, member) -> None:
    asked(run, {0: "I lean towards more homes."})
    project = Project.objects.create(name="Town")
    Membership.objects.create(member=member, project=project, role=role)
    Run.objects.filter(pk=run.pk).update(project=project)
    browser = browser_of(member)
    page = browser.get(address(run)).content.decode()
    assert "I lean towards more homes." in page
    assert 'name="prompt"' not in page
    assert ask(browser, run).status_code == 403
    assert Probe.objects.count() == 1


def test_stewards_and_staff_ask_in_runs_of_others(run, browser_of, member, admin_member) -> None:
    project = Project.objects.create(name="Town")
    Membership.objects.create(member=member, project=project, role="steward")
    Run.objects.filter(pk=run.pk).update(project=project)
    assert ask(browser_of(member), run).status_code == 302
    Run.objects.filter(pk=run.pk).update(owner=None, project=None)
    assert ask(browser_of(member), run).status_code == 404
    assert ask(browser_of(admin_member), run).status_code == 302


def test_nobody_is_asked_before_the_run_has_begun(run, browser) -> None:
    Run.objects.filter(pk=run.pk).update(step=-1)
    assert 'name="prompt"' not in browser.get(address(run)).content.decode()
    assert ask(browser, run).status_code == 400


def test_many_interviews_come_in_pages_and_in_few_queries(browser, run, django_assert_max_num_queries) -> None:
    for number in range(12):
        asked(run, {0: f"answer {number}", 1: "x"})
    with django_assert_max_num_queries(24):
        page = browser.get(address(run)).content.decode()
    assert "answer 11" in page
    assert "answer 1<" not in page
    assert "answer 1<" in browser.get(address(run) + "?page=2").content.decode()


def test_a_failed_interview_says_why(browser, run) -> None:
    probe = probes.create(run=run, member=run.owner, users=[1], prompt="Well?")
    probes._end(probe, "failed", error="step 3 came out differently")
    assert "came out differently" in browser.get(address(run)).content.decode()


def test_the_runs_page_leads_there(browser, run) -> None:
    assert f'href="{address(run)}"' in browser.get(reverse("run:page", args=[run.pk])).content.decode()


def test_rows_of_answers_are_only_added(run) -> None:
    probe = asked(run, {0: "first"})
    probes._keep(probe, Heard(["second"], [0]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT response FROM run_probe WHERE probe_id = %s AND run_id = %s", [probe.pk, run.pk])
        assert cursor.fetchall() == [("first",)]
