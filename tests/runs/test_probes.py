"""Interviews: asked on a clone, answered once, and the run never knows."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from agents.probes.rules import Here as Rules
from simapp.engine.core.errors import WrongInput
from simapp.models import Probe, Run, RunFile, RunProbe
from simapp.runs import leases, probes, services, snapshot_files, tasks
from simapp.runs.clone import clone_at
from simapp.runs.execute import execute
from simapp.runs.reconciler import Reconciler
from simapp.store.files import run_folder
from simapp.store.partitions import delete_run_rows
from tests.runs.left import left_by
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 8
SCENARIO = ("rumour", "feed.preset=chronological")


@pytest.fixture
def run() -> Run:
    return finish(make(busy(*SCENARIO), steps=STEPS))


@pytest.fixture
def begun() -> Run:
    """A run that says it has made its steps, for what is refused before anything is looked at."""
    run = make(busy(*SCENARIO), steps=STEPS)
    Run.objects.filter(pk=run.pk).update(step=STEPS)
    run.refresh_from_db()
    return run


def ask(run: Run, users: list[int], prompt: str = "What do you think?", step: int | None = None) -> Probe:
    probe = probes.create(run=run, member=None, users=users, prompt=prompt, step=step)
    return probes.answer(probe.pk)


def said(probe: Probe) -> list[str]:
    return list(RunProbe.objects.filter(probe_id=probe.pk).order_by("seq").values_list("response", flat=True))


def test_a_run_with_interviews_has_the_rows_and_the_digest_of_one_without(run: Run) -> None:
    asked = make(busy(*SCENARIO), steps=STEPS)

    def interviewing(record: object) -> None:
        if record.step in (2, 5):  # type: ignore[attr-defined]
            now = Run.objects.get(pk=asked.pk)
            assert ask(now, [0, 1, 2]).status == "done"

    finish(asked, progress=interviewing)
    assert RunProbe.objects.filter(run_id=asked.pk).count() == 6
    assert asked.digest_hex == run.digest_hex
    assert left_by(asked) == left_by(run)
    after = ask(asked, [3], step=4)
    assert (after.status, after.step) == ("done", 4)
    assert Run.objects.get(pk=asked.pk).digest_hex == run.digest_hex


def test_four_interviews_in_one_step_are_four_rows(run: Run) -> None:
    # [23]
    for users in ([1, 2], [1], [1]):
        ask(run, users, step=3)
    rows = list(RunProbe.objects.filter(run_id=run.pk, step=3))
    assert len(rows) == 4
    assert len({(row.probe_id, row.seq) for row in rows}) == 4
    assert {row.prompt for row in rows} == {"What do you think?"}


def test_a_task_that_is_delivered_twice_answers_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = ask(run, [4, 5])
    before = said(probe)
    probes.answer(probe.pk)
    assert said(probe) == before
    # Also when the first worker was only slow: it comes back after another has answered.
    slow = probes.create(run=run, member=None, users=[4, 5], prompt="And now?")
    original = probes._ask

    def overtaken(mine: Probe, *more: object) -> object:
        monkeypatch.setattr(probes, "_ask", original)
        Probe.objects.filter(pk=mine.pk).update(status="queued")
        assert probes.answer(mine.pk).status == "done"
        return original(mine, *more)

    monkeypatch.setattr(probes, "_ask", overtaken)
    assert probes.answer(slow.pk).status == "done"
    assert RunProbe.objects.filter(probe_id=slow.pk).count() == 2


def test_a_user_says_what_the_user_holds(run: Run) -> None:
    step = 5
    clone = clone_at(run, step, workers=probes.Workers(1))
    world = clone.world
    author = int(world.posts.author[np.flatnonzero((world.posts.kind == 0) & (world.posts.step == step))[0]])
    row = np.flatnonzero((world.posts.author == author) & (world.posts.kind != 1))[-1]
    (answer,) = said(ask(run, [author], "Tell me about yourself.", step=step))
    assert f"{world.shown_opinions()[author, 0]:+.2f}".replace("-", "−") in answer
    assert world.texts[int(world.posts.text[row])] in answer
    following, followers = int(world.follows.following[author]), int(world.follows.followers[author])
    assert f"follow {following} user" in answer or (following == 0 and "follow nobody" in answer)
    assert f"{followers} follower" in answer
    assert "I am in no group." in answer


def test_a_question_that_names_something_is_answered_on_that(run: Run) -> None:
    topic = run.scenario_version.document["topics"][0]
    (on_topic,) = said(ask(run, [1], f"And what about {topic}?"))
    (on_groups,) = said(ask(run, [1], "Are you in a group?"))
    assert on_topic.count("between −1 and 1") == 1
    assert "follower" not in on_topic
    assert on_groups == "I am in no group."


def test_the_same_question_has_the_same_answer_and_a_later_step_its_own(run: Run) -> None:
    first, again, later = (said(ask(run, [1, 2, 3], "What did you write?", step=s)) for s in (2, 2, STEPS))
    assert first == again
    assert first != later
    (alone,) = said(ask(run, [2], "What did you write?", step=2))
    assert alone == first[1], "who else is asked does not matter"


def test_asking_leaves_the_clone_as_it_was(run: Run) -> None:
    from simapp.engine.core import snapshots

    clone = clone_at(run, 6, workers=probes.Workers(1))
    folder = run_folder(run.pk) / "test"
    before = snapshots.save(clone.world, folder)
    Rules().ask(clone.world, np.arange(9, dtype=np.int32), "Well?", clone.streams)
    assert snapshots.save(clone.world, folder) == before


def test_a_step_is_reached_also_without_a_good_snapshot(run: Run) -> None:
    usual = said(ask(run, [0, 7], step=7))
    for file in RunFile.objects.filter(run_id=run.pk, kind=snapshot_files.KIND):
        (run_folder(run.pk) / file.name).write_bytes(b"damaged")
    assert said(ask(run, [0, 7], step=7)) == usual


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"users": []}, "users"),
        ({"users": [120]}, "users"),
        ({"users": [-1]}, "users"),
        ({"users": list(range(100)) * 3}, "users"),
        ({"prompt": "  \n "}, "prompt"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"prompt": "a\0b"}, "prompt"),
        ({"prompt": "a\ud800"}, "prompt"),
        ({"step": -1}, "step"),
        ({"step": STEPS + 1}, "step"),
    ],
)
def test_a_wrong_question_is_refused_by_name_and_nothing_is_kept(begun: Run, wrong: dict, named: str) -> None:
    with pytest.raises(WrongInput, match=rf"^{named} "):
        probes.create(**{"run": begun, "member": None, "users": [1], "prompt": "Well?", **wrong})
    assert not Probe.objects.exists()


def test_nobody_is_asked_before_the_run_has_begun() -> None:
    with pytest.raises(services.Refused):
        probes.create(run=make(), member=None, users=[1], prompt="Well?")


@pytest.mark.parametrize("text", ["1,2", " 1 2 ", "1;2", "1-2"])
def test_users_are_read_as_people_write_them(text: str) -> None:
    assert probes.read_users(text) == [1, 2]


@pytest.mark.parametrize("text", ["x", "1-", "-1", "3-1", "1.5", "0-999999", "9" * 40, "٣"])
def test_what_is_no_user_number_is_named(text: str) -> None:
    with pytest.raises(WrongInput, match=r"^users holds"):
        probes.read_users(text)


def test_a_question_that_cannot_be_answered_says_why(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simapp.runs.snapshot_files.newest_good", lambda _run, upto: None)
    monkeypatch.setattr("simapp.runs.past.digest_at", lambda _run, _step: b"\1" * 32)
    probe = ask(run, [1], step=7)
    assert probe.status == "failed"
    assert "came out differently" in probe.error
    assert said(probe) == []


def test_what_the_broker_lost_is_sent_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr("simapp.runs.reconciler.answer_probe.delay", sent.append)
    probe = probes.create(run=run, member=None, users=[1], prompt="Well?")
    Probe.objects.filter(pk=probe.pk).update(created="2026-01-01T00:00Z")
    reconciler = Reconciler(send=lambda _run: None)
    reconciler.round()
    reconciler.round()
    assert sent == [probe.pk], "once, until it had time to be answered"
    probes.answer(probe.pk)
    Reconciler(send=lambda _run: None).round()
    assert sent == [probe.pk]


def test_what_a_dead_worker_left_is_answered_by_the_next(run: Run) -> None:
    probe = probes.create(run=run, member=None, users=[1], prompt="Well?")
    Probe.objects.filter(pk=probe.pk).update(status="running", touched=timezone.now())
    assert probes.answer(probe.pk).status == "running", "its worker may be alive"
    Probe.objects.filter(pk=probe.pk).update(touched="2026-01-01T00:00Z")
    assert Probe.objects.filter(probes.abandoned()).count() == 1
    assert probes.answer(probe.pk).status == "done"
    assert len(said(probe)) == 1


def test_a_worker_answers_what_is_in_its_queue(run: Run) -> None:
    probe = probes.create(run=run, member=None, users=[1], prompt="Well?")
    assert tasks.answer_probe.queue == "decisions", "never in the web process"
    tasks.answer_probe.apply((probe.pk,), throw=True)
    tasks.answer_probe.apply((probe.pk,), throw=True)
    assert len(said(probe)) == 1


def test_questions_do_not_pile_up_without_end(begun: Run) -> None:
    for _ in range(probes.OPEN_AT_ONCE):
        probes.create(run=begun, member=None, users=[1], prompt="Well?")
    with pytest.raises(services.Refused, match="wait for an answer"):
        probes.create(run=begun, member=None, users=[1], prompt="Well?")
    assert Probe.objects.count() == probes.OPEN_AT_ONCE


def test_deleting_a_runs_rows_deletes_what_was_said(run: Run) -> None:
    ask(run, [1])
    with connection.cursor() as cursor:
        delete_run_rows(cursor, run.pk)
    assert not RunProbe.objects.filter(run_id=run.pk).exists()


def test_a_run_that_goes_on_meanwhile_is_asked_at_its_last_step() -> None:
    run = make(busy(*SCENARIO), steps=STEPS, pace=None)
    Run.objects.filter(pk=run.pk).update(wanted="run", pause_at=3)
    execute(run.pk, hold_seconds=0.0, lease=leases.take(run.pk, "test"))
    run.refresh_from_db()
    assert (run.status, run.step) == ("paused", 3)
    assert ask(run, [1]).step == 3
