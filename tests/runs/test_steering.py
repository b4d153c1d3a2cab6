"""What members do to a running run: done at a step nobody had begun, once, and again in every repetition."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from simapp.engine.actions.registry import code_of
from simapp.engine.core.errors import Refused, WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import Audit, Run, RunEvent, RunFollow, RunInput, RunPost
from simapp.runs import sink, steering
from simapp.runs.edited_forks import differences, fork_with
from simapp.runs.execute import execute
from simapp.runs.forks import create_fork
from simapp.runs.replaying import replay
from simapp.runs.rewinds import rewind
from simapp.runs.services import resume
from simapp.runs.steering import intervene, withdraw
from simapp.scenarios.problems import ScenarioInvalid
from tests.runs.left import left_by
from tests.runs.small import busy, finish, make
from tests.runs.test_disturbed import to_its_end

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 12
POST = {"kind": "inject_post", "author": 5, "text": "Now hear this.", "topic": "work", "stance": 0.5}


def injected(run: Run) -> list[int]:
    """The steps at which a post was put into a run, ascending."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT step FROM run_post WHERE run_id = %s AND (key & 4095) >= 4000 ORDER BY 1", [run.pk])
        return [row[0] for row in cursor.fetchall()]


def live(run: Run, say: Any, **more: Any) -> Run:
    """Execute the run; `say` is called after each step that was committed."""
    execute(run.pk, workers=Workers(1), progress=say, hold_seconds=0, **more)
    run.refresh_from_db()
    return run


def plain(**more: Any) -> Run:
    return make(busy("rumour", "interventions=[]"), steps=STEPS, **more)


@pytest.mark.parametrize("behind", [False, True])
def test_whatever_is_asked_for_while_steps_are_made_is_done_once_in_a_step_that_nobody_had_begun(
    behind: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 1 if behind else 10**9
    for module in ("owner", "steering"):
        monkeypatch.setattr(f"simapp.runs.{module}.BEHIND_USERS", limit)
    run, asked = plain(), []

    def say(record: Any) -> None:
        if record.step <= STEPS - 3:
            asked.append(intervene(run=run, member=None, said={**POST, "text": f"Said after {record.step}."}).step)

    live(run, say)
    assert run.status == "finished", run.error
    assert asked == list(range(3 if behind else 2, STEPS + (1 if behind else 0)))
    assert injected(run) == asked
    assert replay(run, workers=Workers(1)).differs_at is None


def test_in_a_paused_run_it_is_done_in_the_very_next_step() -> None:
    run = plain()
    Run.objects.filter(pk=run.pk).update(pause_at=4)
    live(run, lambda _record: None)
    assert (run.status, run.step) == ("paused", 4)
    assert intervene(run=run, member=None, said=POST).step == 5
    resume(run=run, member=None)
    assert injected(finish(run)) == [5]


def test_a_step_that_may_be_under_way_gives_the_next_and_a_past_one_is_refused() -> None:
    run = plain()
    Run.objects.filter(pk=run.pk).update(step=6, status="running")
    assert intervene(run=run, member=None, said=POST, at=7).step == 8
    assert intervene(run=run, member=None, said=POST, at=10).step == 10
    with pytest.raises(WrongInput, match="at is 6; it must be a step to come: the run is at step 6"):
        intervene(run=run, member=None, said=POST, at=6)
    with pytest.raises(WrongInput, match="step 12 is its last"):
        intervene(run=run, member=None, said=POST, at=13)
    Run.objects.filter(pk=run.pk).update(status="stopped")
    with pytest.raises(Refused, match="The run is stopped"):
        intervene(run=run, member=None, said=POST)


EVERY_KIND: list[dict[str, Any]] = [
    POST,
    {"kind": "inject_post", "author": "random", "text": "By anybody.", "topic": "work"},
    {"kind": "label_post", "post": "most_shared", "text": "disputed"},
    {"kind": "note_post", "post": "most_liked", "text": "Readers added context."},
    {"kind": "demote_post", "post": "most_shared"},
    {"kind": "remove_post", "post": "most_liked"},
    {"kind": "suspend_user", "user": "most_followed"},
    {"kind": "automate_user", "user": 8, "activity": 20, "stance": -1},
    {"kind": "undo_automate_user", "user": 8},
    {"kind": "set_bots", "share": 0.2, "activity": 5, "stance": 1, "topic": "work"},
    {"kind": "rewire", "how": "across", "share": 0.5},
    {"kind": "rewire", "how": "cut", "share": 0.3, "topic": "work"},
    {"kind": "switch_feed", "preset": "bridging"},
    {"kind": "switch_feed", "preset": "reddit-hot", "params": {}},
]


def test_every_kind_is_repeated_to_the_bit_through_deaths_takeovers_and_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink, "SNAPSHOT_SECONDS", 0.0)

    def steered() -> Run:
        run = make(busy("rumour"), steps=STEPS)
        for place, said in enumerate(EVERY_KIND):
            intervene(run=run, member=None, said=said, at=2 + place // 2)
        return run

    expected = finish(steered())
    assert expected.status == "finished", expected.error
    done = set(RunEvent.objects.filter(run_id=expected.pk, outcome=0).values_list("code", flat=True))
    named = {code_of(one["kind"]) for one in EVERY_KIND if one["kind"] not in {"rewire", "switch_feed", "set_bots"}
             and one["kind"] != "inject_post"}  # fmt: skip
    assert named | {code_of("order_follow"), code_of("order_unfollow")} <= done
    assert finish(make(busy("rumour"), steps=STEPS)).digest_hex != expected.digest_hex
    deaths = [("in decide", 2), ("before commit", 3), ("after commit", 5), ("in snapshot", 6), ("at the fence", 7)]
    run = to_its_end(steered(), deaths, monkeypatch)
    assert (run.status, run.digest_hex) == ("finished", expected.digest_hex), run.error
    assert left_by(run) == left_by(expected)
    assert replay(expected, workers=Workers(2)).differs_at is None
    assert finish(create_fork(run=expected, at=3, member=None)).digest_hex == expected.digest_hex
    # Back to before some of it: what was planned after that goes with the tail.
    tail = rewind(run=expected, to=6, member=None)
    assert tail.digest_hex == run.digest_hex
    resume(run=expected, member=None)
    again = finish(expected)
    assert again.status == "finished"
    assert replay(again, workers=Workers(1)).differs_at is None


def test_a_member_who_withdraws_in_time_changes_nothing(owner: Any) -> None:
    expected = finish(plain())
    run = plain(owner=owner)
    planned = intervene(run=run, member=owner, said={"kind": "rewire", "share": 1.0}, at=5)
    withdraw(run=run, member=owner, step=planned.step, seq=planned.seq)
    assert finish(run).digest_hex == expected.digest_hex
    noted = Audit.objects.filter(run=run, member=owner).order_by("pk").values_list("action", "detail__step")
    assert list(noted)[1:] == [("intervene", 5), ("withdraw", 5)]


def test_what_is_done_or_under_way_cannot_be_withdrawn() -> None:
    run = plain()
    planned = intervene(run=run, member=None, said=POST, at=7)
    Run.objects.filter(pk=run.pk).update(step=6, status="running")
    with pytest.raises(Refused, match="too late"):
        withdraw(run=run, member=None, step=planned.step, seq=planned.seq)
    with pytest.raises(Refused, match="no such"):
        withdraw(run=run, member=None, step=9, seq=0)
    assert RunInput.objects.filter(run_id=run.pk).count() == 1


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "explode"}, "kind", "kind is \"explode\"; it must be one of inject_post"),
    ({**POST, "topic": "sport"}, "topic", "one of the scenario's topics"),
    ({**POST, "author": 120}, "author", "a user's number from 0 to 119"),
    ({**POST, "author": "@nobody"}, "author", "a handle"),
    ({**POST, "text": " "}, "text", "text that is not blank"),
    ({**POST, "stance": 3}, "stance", "from -1 to 1"),
    ({"kind": "remove_post", "post": "12345"}, "post", "the number of a post of this run"),
    ({"kind": "remove_post", "post": "1"}, "post", "the number of a post of this run"),
    ({"kind": "rewire", "how": "up", "share": 0.1}, "how", "one of random, across, within, cut"),
    ({"kind": "rewire", "share": 1.5}, "share", "from 0 to 1"),
    ({"kind": "set_bots", "share": 0.1, "activity": 0}, "activity", "from 1 to 100"),
    ({"kind": "switch_feed", "preset": "best"}, "preset", "one of chronological"),
    ({"kind": "switch_feed", "preset": "random", "group": "a"}, "group", "feed.groups"),
    ({"kind": "switch_feed", "preset": "reddit-hot", "params": {"x": 1}}, "params", "params.x is not a parameter"),
    ({"kind": "switch_feed", "preset": "reddit-hot", "params": {"explore": 9}}, "params", "from 0 to 1"),
    ({"kind": "plant_fact", "user": 1, "text": "x"}, "kind", "minds.models"),
    ({**POST, "extra": 1}, "extra", "not a known field"),
]


def test_what_cannot_be_meant_is_refused_with_the_name_of_its_field() -> None:
    run = plain()
    for said, path, sentence in WRONG:
        with pytest.raises(ScenarioInvalid) as refused:
            intervene(run=run, member=None, said=said)
        assert path in {problem.path for problem in refused.value.problems}, refused.value.problems
        assert sentence in str(refused.value)
    assert not RunInput.objects.filter(run_id=run.pk).exists()


def test_a_group_whose_feeds_another_switch_ends_cannot_be_given_a_feed_later() -> None:
    groups = 'feed.groups=[{"name": "a", "share": 0.5, "preset": "random"}]'
    run = make(busy("rumour", "interventions=[]", groups), steps=STEPS)
    intervene(run=run, member=None, said={"kind": "switch_feed", "preset": "reddit-hot", "group": "a"}, at=3)
    intervene(run=run, member=None, said={"kind": "switch_feed", "preset": "bridging"}, at=6)
    with pytest.raises(ScenarioInvalid, match="the switch of step 6 ended all groups"):
        intervene(run=run, member=None, said={"kind": "switch_feed", "preset": "random", "group": "a"}, at=8)
    # Nor may a switch be put before one that needs the groups it would end.
    with pytest.raises(ScenarioInvalid, match="the switch of step 2 ended all groups"):
        intervene(run=run, member=None, said={"kind": "switch_feed", "preset": "bridging"}, at=2)
    assert finish(run).status == "finished"


def test_a_post_is_named_by_its_number_and_a_user_by_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    run = plain()
    Run.objects.filter(pk=run.pk).update(pause_at=4)
    live(run, lambda _record: None)
    post = RunPost.objects.filter(run_id=run.pk, step=4, kind=0).first()
    intervene(run=run, member=None, said={"kind": "remove_post", "post": str(post.key)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT handle FROM run_user WHERE run_id = %s AND user_id = 9", [run.pk])
        handle = cursor.fetchone()[0]
    intervene(run=run, member=None, said={"kind": "suspend_user", "user": f"@{handle}"})
    resume(run=run, member=None)
    finish(run)
    done = RunEvent.objects.filter(run_id=run.pk, step=5, outcome=0)
    assert done.get(code=code_of("remove_post")).post == post.key
    assert done.get(code=code_of("suspend_user")).user_id == 9


def test_steps_have_room_for_a_bounded_number_of_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steering, "MOST_PER_STEP", 2)
    run = plain()
    for _ in range(2):
        intervene(run=run, member=None, said=POST, at=4)
    with pytest.raises(Refused, match="choose another step"):
        intervene(run=run, member=None, said=POST, at=4)


def test_rewired_follows_are_in_the_history_of_the_graph() -> None:
    run = plain()
    intervene(run=run, member=None, said={"kind": "rewire", "how": "cut", "share": 1.0}, at=2)
    finish(run)
    cut = RunEvent.objects.filter(run_id=run.pk, step=2, code=code_of("order_unfollow"), outcome=0)
    rows = RunFollow.objects.filter(run_id=run.pk, step=2, on=0).values_list("follower", "followee")
    assert set(cut.values_list("item", "user_id")) <= set(rows)
    assert cut.exists()


def test_a_fork_begins_with_its_edit_and_its_parent_stays_as_it_was() -> None:
    parent = finish(plain())
    digest = parent.digest_hex
    said = {"kind": "set_bots", "share": 0.3, "activity": 20}
    made = fork_with(run=parent, at=5, member=None, changes=["feed.preset=bridging"], said=said, title="bots")
    assert (made.fork_step, made.title) == (5, "bots")
    changes, interventions = differences(made)
    assert changes == ["feed.preset=bridging"]
    assert [one["kind"] for one in interventions] == ["set_bots"]
    finish(made)
    assert made.status == "finished", made.error
    events = RunEvent.objects.filter(run_id=made.pk, code=code_of("automate_user"), outcome=0)
    assert set(events.values_list("step", flat=True)) == {6}
    assert events.count() == 36
    assert replay(made, workers=Workers(1)).differs_at is None
    parent.refresh_from_db()
    assert parent.digest_hex == digest
    with pytest.raises(WrongInput, match="exact copy"):
        fork_with(run=parent, at=5, member=None)


def test_an_edit_that_cannot_be_makes_no_fork() -> None:
    parent = finish(plain())
    runs = Run.objects.count()
    with pytest.raises(ScenarioInvalid, match="share is 7"):
        fork_with(run=parent, at=5, member=None, said={"kind": "rewire", "share": 7})
    assert Run.objects.count() == runs
