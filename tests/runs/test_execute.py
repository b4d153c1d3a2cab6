"""Owning a run: steering, giving back, taking over, failing."""

from __future__ import annotations

import gc
import random
import threading
import weakref
from contextlib import suppress
from typing import Any

import pytest
from django.db import InterfaceError, connection

from simapp.models import Run, RunEvent, RunFile, RunPost, RunStep
from simapp.runs import leases, services
from simapp.runs.execute import execute
from simapp.runs.sink import DatabaseSink
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)


def undisturbed(**more: object) -> str:
    return finish(make(**more)).digest_hex


def test_a_finished_run_has_every_step_once_and_says_so() -> None:
    run = finish(make())
    assert (run.status, run.step, run.lease_until, run.waiting) == ("finished", 12, None, "")
    assert list(
        RunStep.objects.filter(run_id=run.pk).order_by("step").values_list("step", flat=True)
    ) == list(range(13))
    assert run.events == RunEvent.objects.filter(run_id=run.pk).count()
    assert run.fingerprint["packages"]["numpy"]


def stop_after(run: Run, step: int, how) -> object:
    def progress(record) -> None:
        if record.step == step:
            how(run=run, member=None)

    return progress


def test_a_paused_run_gives_back_its_place_and_resumes_to_the_same_end() -> None:
    expected = undisturbed()
    run = finish(run := make(), progress=stop_after(run, 5, services.pause), hold_seconds=0)
    # The wish is read with the next commit, so at most one more step is made.
    assert (run.status, run.wanted, run.lease_until) == ("paused", "pause", None)
    assert run.step in (5, 6)
    services.resume(run=run, member=None)
    run = finish(run)
    assert (run.status, run.digest_hex) == ("finished", expected)


def test_a_paused_run_can_be_stepped_once_and_is_paused_again() -> None:
    run = finish(run := make(), progress=stop_after(run, 3, services.pause), hold_seconds=0)
    before = run.step
    services.step_once(run=run, member=None)
    run = finish(run, hold_seconds=0.3)
    assert (run.step, run.status, run.wanted, run.pause_at) == (before + 1, "paused", "pause", None)
    with pytest.raises(services.Refused):
        services.step_once(run=finish(make()), member=None)


def test_a_stopped_run_keeps_what_it_did_and_cannot_be_changed_any_more() -> None:
    run = finish(run := make(), progress=stop_after(run, 4, services.stop))
    assert run.status == "stopped"
    assert RunStep.objects.filter(run_id=run.pk).count() == run.step + 1
    with pytest.raises(services.Refused, match="stopped"):
        services.resume(run=run, member=None)
    assert execute(run.pk) is None


def test_only_one_worker_owns_a_run() -> None:
    run = make()
    held = leases.take(run.pk, "one")
    assert held is not None
    assert leases.take(run.pk, "two") is None
    assert execute(run.pk) is None
    assert leases.renew(held, {"stage": "x"})
    Run.objects.filter(pk=run.pk).update(lease_until=None)
    assert leases.take(run.pk, "two") is not None
    assert not leases.renew(held, {"stage": "x"})


def test_a_heartbeat_that_comes_late_does_not_take_back_a_run_that_was_given_back() -> None:
    run = make()
    held = leases.take(run.pk, "one")
    assert held is not None
    assert leases.release(held)
    assert not leases.renew(held, {"stage": "x"})
    run.refresh_from_db()
    assert (run.lease_until, run.heartbeat) == (None, {})
    assert leases.take(run.pk, "two") is not None


def test_a_worker_that_lost_the_run_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = undisturbed()
    run = make()
    original = DatabaseSink.commit

    def stolen(self, record, world) -> None:
        if record.step == 6 and self.lease.owner == "first":
            # While it worked, its lease ran out and somebody else took over.
            Run.objects.filter(pk=run.pk).update(lease_until=None)
            assert leases.take(run.pk, "second") is not None
        original(self, record, world)

    monkeypatch.setattr(DatabaseSink, "commit", stolen)
    assert execute(run.pk, lease=leases.take(run.pk, "first")) is None
    run.refresh_from_db()
    assert run.step == 5
    for table in (RunEvent, RunPost, RunStep, RunFile):
        assert not table.objects.filter(run_id=run.pk, step__gt=5).exists()
    Run.objects.filter(pk=run.pk).update(lease_until=None)
    assert finish(run).digest_hex == expected


def test_a_damaged_snapshot_falls_back_to_the_one_before_and_then_to_the_founding() -> None:
    from simapp.store.files import run_folder

    expected = undisturbed(steps=20)
    run = finish(run := make(steps=20), progress=stop_after(run, 15, services.pause), hold_seconds=0)
    files = RunFile.objects.filter(run_id=run.pk, kind="snapshot").order_by("-step")
    assert files.count() > 1
    damaged = run_folder(run.pk) / files[0].name
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    for other in files[2:]:
        (run_folder(run.pk) / other.name).unlink()
    services.resume(run=run, member=None)
    finish(run, progress=stop_after(run, 18, services.pause), hold_seconds=0)
    for every in RunFile.objects.filter(run_id=run.pk, kind="snapshot"):
        (run_folder(run.pk) / every.name).unlink(missing_ok=True)
    services.resume(run=run, member=None)
    assert finish(run).digest_hex == expected


def test_a_run_that_cannot_go_on_says_why_on_its_row() -> None:
    scenario = busy(
        "rumour",
        'interventions=[{"kind": "inject_post", "at": 3, "author": 0, "text": "x", "topic": "housing"}]',
    )
    run = make(scenario)
    Run.objects.filter(pk=run.pk).update(seed=2**62)
    document = dict(run.scenario_version.document)
    document["feed"] = {**document["feed"], "params": {"nonsense": 1.0}}
    run.scenario_version.document = document
    run.scenario_version.save(update_fields=["document"])
    run = finish(run)
    assert run.status == "failed"
    assert "nonsense" in run.error
    assert run.lease_until is None


def test_the_heart_beats_while_the_owner_is_busy_in_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.001)
    run = make()
    lease = leases.take(run.pk, "busy", seconds=1)
    assert lease is not None
    told = threading.Event()
    heart = leases.Heart(lease, lambda: {"stage": "kernel"}, told.set)
    with heart.beating():
        assert told.wait(20)
    run.refresh_from_db()
    assert run.heartbeat == {"stage": "kernel"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lease_until > now() + interval '2 seconds' FROM simapp_run WHERE id = %s", [run.pk]
        )
        assert cursor.fetchone() == (True,)


def test_a_step_that_was_asked_for_ends_as_a_pause_even_without_a_moment_to_wait() -> None:
    # Given back as "run", it would be picked up again and again by the reconciler.
    run = finish(run := make(), progress=stop_after(run, 3, services.pause), hold_seconds=0)
    services.step_once(run=run, member=None)
    run = finish(run, hold_seconds=0)
    assert (run.status, run.wanted, run.pause_at) == ("paused", "pause", None)


@pytest.mark.parametrize("wish", [services.resume, services.pause, services.step_once])
def test_a_stop_is_for_good_even_before_the_owner_has_heard_it(wish) -> None:
    run = make()
    services.pause(run=run, member=None)
    services.stop(run=run, member=None)
    with pytest.raises(services.Refused):
        wish(run=run, member=None)
    assert finish(run).status == "stopped"


@pytest.mark.parametrize("seed", range(4))
def test_no_sequence_of_wishes_changes_what_happens(seed: int) -> None:
    expected = undisturbed()
    dice, run = random.Random(seed), make()
    wishes = (services.pause, services.resume, services.step_once)

    def wish(_record: object = None) -> None:
        with suppress(services.Refused):
            dice.choice(wishes)(run=run, member=None)

    for _ in range(60):
        run = finish(run, progress=wish, hold_seconds=0)
        if run.status == "finished":
            break
        assert (run.status, run.wanted, run.lease_until) == ("paused", "pause", None)
        services.resume(run=run, member=None)
    assert (run.status, run.digest_hex) == ("finished", expected)


def test_the_heart_goes_on_after_a_beat_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.001)
    lease, beats, told = leases.take(make().pk, "busy"), [], threading.Event()
    assert lease is not None

    def beat() -> dict[str, str]:
        beats.append(1)
        if len(beats) == 1:
            raise InterfaceError("connection already closed")
        return {}

    with leases.Heart(lease, beat, told.set).beating():
        assert told.wait(20)


def test_the_world_of_a_run_is_gone_from_memory_with_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    commit, worlds = DatabaseSink.commit, []

    def seen(self: DatabaseSink, record: Any, world: Any) -> None:
        worlds.append(weakref.ref(world))
        commit(self, record, world)

    monkeypatch.setattr(DatabaseSink, "commit", seen)
    gc.disable()  # the next run's world would have to find room before the collector comes by
    try:
        assert finish(make(steps=4)).status == "finished"
        assert [world() for world in worlds] == [None] * 5
    finally:
        gc.enable()
