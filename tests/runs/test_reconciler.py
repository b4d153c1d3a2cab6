"""What the reconciler picks up, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from simapp.models import Run
from simapp.runs import leases
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
