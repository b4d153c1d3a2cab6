"""The database goes away, the disk is full, the run is taken: a run waits, goes on or lets go; it does not fail."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from simapp.engine.core.threads import Workers
from simapp.models import Run
from simapp.runs import checkpoints, leases, messages, services, sink
from simapp.runs.execute import FRUITLESS, execute
from simapp.runs.sink import DatabaseSink
from tests.runs.left import left_by
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)


def cut_all_connections() -> None:
    """What a restart of the server does to everybody: every session of this database ends."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    other.close()


def test_a_restart_of_the_database_is_waited_for(subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = finish(make())
    rows = left_by(expected)
    for place in ("in rank", "in snapshot", "before commit", "after commit"):
        left = [0, 5, 9]

        def killer(
            step: Callable[[], int], _run: int, place: str = place, left: list[int] = left
        ) -> Callable[[str], None]:
            def at(here: str) -> None:
                if left and here == place and step() >= left[0]:
                    left.pop(0)
                    cut_all_connections()

            return at

        monkeypatch.setattr(checkpoints, "killer", killer)
        with subtests.test(place):
            run = finish(make())
            assert (run.status, run.step, run.error) == ("finished", expected.step, "")
            assert len(left) < 3
            assert run.digest_hex == expected.digest_hex
            assert left_by(run) == rows


def test_a_run_is_not_given_up_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = finish(make())
    renew, refused = leases.renew, []

    def away(*args: object, **more: object) -> bool:
        if len(refused) < 4:
            refused.append(1)
            raise OperationalError("connection refused")
        return renew(*args, **more)

    monkeypatch.setattr(leases, "RENEW_SECONDS", 600)
    monkeypatch.setattr(leases, "renew", away)
    monkeypatch.setattr("simapp.runs.execute.POLL_SECONDS", 0.001)

    def cut(record) -> None:
        if record.step == 4:
            cut_all_connections()

    run = finish(make(), progress=cut)
    assert (run.status, run.digest_hex, len(refused)) == ("finished", expected.digest_hex, 4)


def test_what_the_database_refuses_again_and_again_fails_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    commit, tries = DatabaseSink.commit, []

    def refused(self, record, world) -> None:
        if record.step == 3:
            tries.append(1)
            raise OperationalError("index row size exceeds maximum")
        commit(self, record, world)

    monkeypatch.setattr(DatabaseSink, "commit", refused)
    run = finish(make())
    assert (run.status, run.step, run.lease_until) == ("failed", 2, None)
    assert "index row size" in run.error
    assert FRUITLESS <= len(tries) <= FRUITLESS + 2


@pytest.mark.parametrize("place", ["in transaction", "at the fence"])
def test_an_owner_that_freezes_inside_its_commit_does_not_hold_the_run(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = finish(make())
    run = make()
    frozen, thawed, outcomes = threading.Event(), threading.Event(), []

    def killer(step: Callable[[], int], _run: int) -> Callable[[str], None]:
        def at(here: str) -> None:
            if here == place and step() == 5 and not frozen.is_set():
                frozen.set()
                assert thawed.wait(60)

        return at

    def short(record) -> None:
        # For the commit that freezes alone: on a busy machine others may say nothing for as long without being frozen.
        if record.step == 4:
            monkeypatch.setattr(sink, "SILENT_COMMIT", "300ms")

    def freeze() -> None:
        try:
            outcomes.append(execute(run.pk, workers=Workers(1), progress=short))
        finally:
            connection.close()

    monkeypatch.setattr(checkpoints, "killer", killer)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 600)
    usual = sink.SILENT_COMMIT
    owner = threading.Thread(target=freeze)
    owner.start()
    assert frozen.wait(60)
    monkeypatch.setattr(sink, "SILENT_COMMIT", usual)
    # Its lease runs out; in the fence it holds the run's own row, which the next one must wait for.
    Run.objects.filter(pk=run.pk).update(lease_until=None)
    try:
        done = finish(run)
        assert (done.status, done.digest_hex) == ("finished", expected.digest_hex)
    finally:
        thawed.set()
        owner.join(60)
    assert outcomes == [None]
    assert left_by(done) == left_by(expected)


@pytest.mark.parametrize("when", ["paused", "failing"])
def test_who_lost_the_run_says_nothing_about_it(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run, said = make(busy()), []

    def steal() -> None:
        Run.objects.filter(pk=run.pk).update(lease_until=None)
        assert leases.take(run.pk, "somebody else") is not None

    def publish(message: messages.Message) -> None:
        said.append(message.status)
        if when == message.status == "paused":
            steal()

    def broken(record) -> None:
        if record.step == 3 and when == "failing":
            steal()
            raise RuntimeError("and then it broke")

    monkeypatch.setattr(messages, "publish", publish)
    if when == "paused":
        services.pause(run=run, member=None)
    assert execute(run.pk, progress=broken) is None
    run.refresh_from_db()
    assert (run.owner_name, run.error) == ("somebody else", "")
    assert "running" in said
    assert "failed" not in said


def test_a_process_that_is_told_to_exit_does_not_pause_the_run_for_members() -> None:
    run = make()

    def leave(record) -> None:
        if record.step == 3:
            raise SystemExit

    with pytest.raises(SystemExit):
        execute(run.pk, progress=leave)
    run.refresh_from_db()
    assert (run.wanted, run.lease_until, run.status) == ("run", None, "running")
