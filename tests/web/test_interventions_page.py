"""The page of interventions: what was done and is planned, the forms, the marks, and forks that begin with an edit."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from simapp.models import Audit, Run, RunInput

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = "<script>alert(1)</script> \u202egnp.exe"
SCENARIO = (
    'interventions=[{"kind": "inject_post", "at": 2, "author": 3, "text": "Breaking news.", "topic": "work"},'
    '{"kind": "remove_post", "at": 4, "post": 1}, {"kind": "restore_post", "at": 5, "post": "most_reported"},'
    '{"kind": "rewire", "at": 5, "how": "cut", "share": 1.0}, {"kind": "switch_feed", "at": 11, "preset": "bridging"}]'
)


@pytest.fixture
def run(owner: Any) -> Run:
    """A run of the owner that is paused after step 6 of 12."""
    from simapp.engine.core.threads import Workers
    from simapp.runs.execute import execute
    from tests.runs.small import busy, make

    made = make(busy("rumour", SCENARIO, "platform.report_threshold=2"), steps=12, owner=owner)
    Run.objects.filter(pk=made.pk).update(pause_at=6)
    execute(made.pk, workers=Workers(1), hold_seconds=0)
    made.refresh_from_db()
    assert (made.status, made.step) == ("paused", 6)
    return made


def address(run: Run, name: str = "interventions") -> str:
    return reverse(f"run:{name}", args=[run.pk])


def text_of(answer: Any) -> str:
    return answer.content.decode()


def post(browser: Any, run: Run, **typed: str) -> Any:
    base = {"kind": "inject_post", "author": "4", "topic": "work", "text": "Hello.", "when": "now"}
    return browser.post(address(run, "intervene"), {**base, **typed})


def test_what_the_scenario_did_and_plans_is_listed_with_what_came_of_it(browser: Any, run: Run) -> None:
    page = text_of(browser.get(address(run)))
    assert "Breaking news." in page
    assert "reached " in page
    assert "follows cut" in page
    assert "Refused: the post does not exist, was removed, or has left the feed window." in page
    assert page.count("is-planned") == 1
    assert "by the scenario" in page
    assert [f'id="i-{letter}"' in page for letter in "ABCDEF"] == [True] * 5 + [False]


def test_a_member_intervenes_and_the_list_says_who_when_and_what(browser: Any, run: Run) -> None:
    answer = post(browser, run, text=HOSTILE)
    assert (answer.status_code, answer["Location"]) == (302, address(run))
    row = RunInput.objects.get(run_id=run.pk)
    assert (row.step, row.kind, row.member_id, row.payload["text"]) == (7, "inject_post", run.owner_id, HOSTILE)
    page = text_of(browser.get(address(run)))
    assert "by <bdi>olive-owner</bdi>" in page
    assert "planned for step 7" in page
    assert "<script>alert(1)" not in page
    assert Audit.objects.filter(run=run, member=run.owner, action="intervene").count() == 1


def test_what_is_wrong_is_said_beside_its_input_and_nothing_typed_is_lost(browser: Any, run: Run) -> None:
    answer = post(browser, run, author="@nobody", stance="7", text="Kept as typed.", when="at", at="9")
    page = text_of(answer)
    assert answer.status_code == 400
    assert 'id="i-author-fault" data-fault-for="author">author is &quot;@nobody&quot;; it must be' in page
    assert "stance is 7; it must be a number from -1 to 1" in page
    assert "Kept as typed." in page
    assert not RunInput.objects.filter(run_id=run.pk).exists()
    early = post(browser, run, when="at", at="3")
    assert "at is 3; it must be a step to come: the run is at step 6." in text_of(early)
    assert "it must be a whole number" in text_of(post(browser, run, when="at", at="soon"))


def test_typing_is_checked_without_doing_anything(browser: Any, run: Run) -> None:
    said = {"kind": "set_bots", "share": "1.5", "activity": "x", "when": "at", "at": "9"}
    found = browser.post(address(run, "check-intervention"), said).json()
    assert set(found["faults"]) == {"share", "activity"}
    assert browser.post(address(run, "check-intervention"), {**said, "share": "0.2", "activity": "3"}).json() == {
        "faults": {}, "other": []
    }  # fmt: skip
    assert not RunInput.objects.filter(run_id=run.pk).exists()


TYPED = (
    {"kind": "label_post", "post": "most_shared", "text": "disputed"},
    {"kind": "switch_feed", "preset": "reddit-hot", "params": "explore: 0.2"},
    {"kind": "rewire", "how": "within", "share": ".25", "topic": ""},
    {"kind": "set_bots", "share": "0.1", "activity": "4", "stance": "−0.5", "topic": "work"},
    {"kind": "automate_user", "user": "3", "activity": "4", "stance": "", "topic": ""},
    {"kind": "undo_automate_user", "user": "random"},
)


def test_each_form_asks_what_its_kind_needs(browser: Any, run: Run) -> None:
    for typed in TYPED:
        form = text_of(browser.get(address(run) + f"?kind={typed['kind']}"))
        assert all(f'name="{name}"' in form for name in typed), typed
        assert browser.post(address(run, "intervene"), {"when": "now", **typed}).status_code == 302, typed
    rows = RunInput.objects.filter(run_id=run.pk, step=7).order_by("seq")
    assert list(rows.values_list("kind", flat=True)) == [typed["kind"] for typed in TYPED]
    assert rows[3].payload == {"share": 0.1, "activity": 4, "stance": -0.5, "topic": rows[3].payload["topic"]}


def test_a_planned_one_can_be_withdrawn_and_a_done_one_cannot(browser: Any, run: Run) -> None:
    post(browser, run, when="at", at="9")
    assert "Withdraw E: Inject a post at step 9" in text_of(browser.get(address(run)))
    answer = browser.post(address(run, "withdraw"), {"step": "9", "seq": "0"}, follow=True)
    assert "Withdrawn" in text_of(answer)
    assert not RunInput.objects.filter(run_id=run.pk).exists()
    assert "There is no such planned intervention." in text_of(
        browser.post(address(run, "withdraw"), {"step": "2", "seq": "0"}, follow=True)
    )
    assert browser.post(address(run, "withdraw"), {"step": "x"}).status_code == 400


def test_marks_name_step_letter_kind_words_and_who(browser: Any, run: Run) -> None:
    post(browser, run, when="at", at="9")
    marks = browser.get(address(run, "marks")).json()["marks"]
    assert [(m["step"], m["letter"], m["kind"], m["by"], m["state"]) for m in marks] == [
        (2, "A", "inject_post", "scenario", "done"), (4, "B", "remove_post", "scenario", "done"),
        (5, "C", "restore_post", "scenario", "done"), (5, "D", "rewire", "scenario", "done"),
        (9, "E", "inject_post", "olive-owner", "planned"), (11, "F", "switch_feed", "scenario", "planned"),
    ]  # fmt: skip
    assert marks[0]["label"].endswith("posts “Breaking news.”")
    assert marks[4]["url"] == address(run) + "#i-E"


def test_users_and_posts_are_found_by_a_few_letters(browser: Any, run: Run) -> None:
    found = browser.get(address(run, "find"), {"what": "posts", "q": "breaking"}).json()["found"]
    key = found[0]["value"]
    assert "Breaking news." in found[0]["label"]
    said = {"kind": "demote_post", "post": key, "when": "now"}
    assert browser.post(address(run, "intervene"), said).status_code == 302
    assert RunInput.objects.get(run_id=run.pk).payload["post"] == {"key": int(key)}
    (user,) = browser.get(address(run, "find"), {"what": "users", "q": "7"}).json()["found"]
    assert user["value"].startswith("@")
    assert user["label"].endswith("· 7")
    again = browser.get(address(run, "find"), {"what": "users", "q": user["value"][:4]}).json()["found"]
    assert user in again
    assert browser.get(address(run, "find"), {"what": "all"}).status_code == 400


def test_a_fork_begins_with_what_was_typed_and_says_by_what_it_differs(browser: Any, run: Run) -> None:
    typed = {
        "kind": "rewire", "how": "across", "share": "0.3", "include": "on", "fork_at": "4", "set_preset": "bridging",
        "set_like": "0.5", "lines": "minds.herd=0.4", "inputs": "on",
    }  # fmt: skip
    answer = browser.post(address(run, "fork-edit"), typed)
    made = Run.objects.get(parent=run)
    assert (answer.status_code, answer["Location"]) == (302, address(made))
    document = made.scenario_version.document
    minds = document["minds"]
    assert (document["feed"]["preset"], minds["rates"]["like"], minds["herd"]) == ("bridging", 0.5, 0.4)
    assert RunInput.objects.get(run_id=made.pk).step == 5
    page = text_of(browser.get(address(made)))
    assert "4 steps shared with" in page
    assert "differs from step 5 by <b><bdi>feed bridging; like 0.5; minds.herd 0.4; Rewire 30" in page
    assert f'href="/compare/?runs={run.pk},{made.pk}"' in page
    assert "feed bridging, like 0.5" in made.title
    assert made.title.endswith("from step 5")


def test_a_fork_is_told_which_feed_it_would_leave_as_it_is(browser: Any, run: Run) -> None:
    settings = {"preset": "reddit-hot", "params": {}, "pipeline": None, "group": None}
    RunInput.objects.create(run_id=run.rows, step=4, seq=0, kind="switch_feed", payload=settings)
    assert "as it is (reddit-hot)" in text_of(browser.get(address(run)))
    assert "as it is (chronological)" in text_of(browser.get(address(run) + "?at=3"))


def test_a_fork_that_cannot_be_is_refused_where_it_was_typed(browser: Any, run: Run) -> None:
    def fork(**typed: str) -> Any:
        return browser.post(address(run, "fork-edit"), {"kind": "rewire", "share": "0.3", "fork_at": "4", **typed})

    for typed, sentence in (
        ({}, "The fork would be an exact copy"),
        ({"set_like": "lots"}, "minds.rates.like"),
        ({"set_like": "0.5", "fork_at": "40"}, "at is 40; run"),
        ({"set_like": "0.5", "fork_at": "x"}, "fork_at is x; it must be a step"),
        ({"include": "on", "share": "3"}, "share is 3; it must be a number from 0 to 1"),
        ({"lines": "clock.minutes_per_step=45"}, "cannot change in a fork"),
    ):
        answer = fork(**typed)
        assert answer.status_code in (400, 409), typed
        assert sentence in text_of(answer), typed
    assert not Run.objects.filter(parent=run).exists()


def test_a_run_at_its_last_step_is_offered_to_be_forked_half_way(browser: Any, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(status="finished", steps=run.step)
    half = run.step // 2
    assert f'name="fork_at" value="{half}"' in text_of(browser.get(address(run)))
    assert f'name="at" value="{half}"' in text_of(browser.get(address(run, "page")))
    typed = {"kind": "rewire", "share": "0.3", "fork_at": str(run.step), "set_like": "0.5"}
    answer = browser.post(address(run, "fork-edit"), typed)
    assert answer.status_code in (400, 409)
    assert f"fork_at is {run.step}, the last step" in text_of(answer)
    answer = browser.post(address(run, "fork-edit"), typed | {"lines": f"clock.steps={run.step + 5}"})
    assert answer.status_code == 302, text_of(answer)
    assert Run.objects.get(parent=run).steps == run.step + 5


def test_a_run_that_is_over_can_only_be_forked(browser: Any, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(status="stopped")
    page = text_of(browser.get(address(run)))
    assert "The run is over" in page
    assert "not reached" in page
    answer = post(browser, run)
    assert answer.status_code == 409
    assert "nothing can be done in it any more" in text_of(answer)


def test_strangers_find_nothing(browser_of: Any, stranger: Any, run: Run) -> None:
    browser = browser_of(stranger)
    for name in ("interventions", "marks", "find"):
        assert browser.get(address(run, name)).status_code == 404
    for name in ("intervene", "check-intervention", "withdraw", "fork-edit"):
        assert browser.post(address(run, name), {"kind": "rewire"}).status_code == 404
        assert browser.get(address(run, name)).status_code == 404


def test_a_run_without_interventions_says_what_will_be_here(browser: Any, owner: Any) -> None:
    from tests.runs.small import busy, make

    run = make(busy("rumour", "interventions=[]"), steps=3, owner=owner)
    assert "Nobody has intervened yet" in text_of(browser.get(address(run)))
    assert browser.get(address(run, "marks")).json() == {"marks": []}
    assert post(browser, run).status_code == 302
    assert RunInput.objects.get(run_id=run.pk).step == 1
