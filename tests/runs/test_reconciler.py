"""What the reconciler picks up, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from simapp.models import Run, RunStep
from simapp.runs import leases
from simapp.runs.execute import execute
from simapp.runs.reconciler import AGAIN_SECONDS, QUEUED_AGAIN_SECONDS, Reconciler
from tests.runs.small import finish, make

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reconciler(clock: Clock) -> Reconciler:
    return Reconciler(send=lambda _run: None, clock=clock)


def test_a_run_whose_message_was_lost_is_sent_again_but_not_at_once(
    reconciler: Reconciler, clock: Clock
) -> None:
    run = make()
    assert reconciler.round() == [run.pk]
    assert reconciler.round() == []
    clock.now += QUEUED_AGAIN_SECONDS
    assert reconciler.round() == [run.pk]


def test_a_run_whose_owner_died_is_sent_and_says_what_it_waits_for(
    reconciler: Reconciler, clock: Clock
) -> None:
    run = make()
    assert leases.take(run.pk, "worker@gone:1", seconds=-1) is not None
    Run.objects.filter(pk=run.pk).update(status="running")
    assert reconciler.round() == [run.pk]
    clock.now += AGAIN_SECONDS
    assert reconciler.round() == [run.pk]
    run.refresh_from_db()
    assert "take over" in run.waiting


def test_a_dead_owner_on_this_machine_is_noticed_before_its_lease_ends(reconciler: Reconciler) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    run, other, elsewhere = make(), make(), make()
    here = leases.owner_name("worker").rpartition(":")[0]
    assert leases.take(run.pk, f"{here}:{dead.pid}") is not None
    assert leases.take(other.pk, leases.owner_name("worker")) is not None
    assert leases.take(elsewhere.pk, f"worker@somewhere/1:{dead.pid}") is not None
    assert reconciler.round() == [run.pk]


def test_owned_paused_and_ended_runs_are_left_alone(reconciler: Reconciler) -> None:
    owned, paused, ended = make(), make(), finish(make(steps=1))
    assert leases.take(owned.pk, "alive") is not None
    Run.objects.filter(pk=paused.pk).update(status="paused", wanted="pause")
    assert reconciler.round() == []
    ended.refresh_from_db()
    assert ended.status == "finished"


def test_a_stop_that_nobody_is_left_to_hear_is_carried_out(reconciler: Reconciler) -> None:
    run = make()
    Run.objects.filter(pk=run.pk).update(wanted="stop")
    assert reconciler.round() == []
    run.refresh_from_db()
    assert run.status == "stopped"


def test_a_queued_run_says_when_all_workers_are_busy(
    reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIARIUM_RUN_SLOTS", "1")
    busy, queued = make(), make()
    assert leases.take(busy.pk, "alive") is not None
    reconciler.round()
    queued.refresh_from_db()
    assert queued.waiting == "a free run worker (1 of 1 busy)"


def test_messages_of_queued_runs_do_not_pile_up(
    reconciler: Reconciler, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIARIUM_RUN_SLOTS", "2")
    runs, sent = [make() for _ in range(6)], []
    assert leases.take(runs[5].pk, "alive", seconds=600) is not None
    for _ in range(50):
        sent += reconciler.round()
        clock.now += 1
    # One worker is free: one message at a time, and again only when nobody answered it.
    assert len(sent) == 3
    assert leases.take(runs[0].pk, "alive", seconds=600) is not None
    clock.now += 1000
    assert [reconciler.round() for _ in range(3)] == [[], [], []]
    Run.objects.filter(pk=runs[5].pk).update(status="finished", lease_until=None)
    assert reconciler.round() == [runs[1].pk]


def test_an_abandoned_run_is_sent_although_all_known_workers_are_busy(
    reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIARIUM_RUN_SLOTS", "1")
    busy, abandoned = make(), make()
    assert leases.take(busy.pk, "alive", seconds=600) is not None
    assert leases.take(abandoned.pk, "worker@gone:1", seconds=-1) is not None
    assert reconciler.round() == [abandoned.pk]


def test_an_owner_that_was_only_slow_adds_nothing_to_a_run_that_was_stopped(
    reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 600)
    run = make()
    slow = leases.take(run.pk, "slow", seconds=600)
    assert slow is not None

    def stopped_meanwhile(record) -> None:
        if record.step == 3:
            Run.objects.filter(pk=run.pk).update(wanted="stop", lease_until=Now() - timedelta(seconds=1))
            reconciler.round()

    assert execute(run.pk, lease=slow, progress=stopped_meanwhile) is None
    run.refresh_from_db()
    assert (run.status, run.step) == ("stopped", 3)
    assert RunStep.objects.filter(run_id=run.pk).count() == 4


def test_an_owner_that_was_only_slow_is_no_longer_said_to_be_gone(reconciler: Reconciler) -> None:
    run = make()
    held = leases.take(run.pk, "worker@slow:1", seconds=-1)
    assert held is not None
    Run.objects.filter(pk=run.pk).update(status="running")
    reconciler.round()
    run.refresh_from_db()
    assert run.waiting == leases.GONE
    assert leases.renew(held, {"stage": "rank"})
    run.refresh_from_db()
    assert run.waiting == ""
