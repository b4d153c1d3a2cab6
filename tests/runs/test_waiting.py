"""A full disk is waited for: the run says how much is missing, hears its members, and goes on by itself."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from psycopg.errors import DiskFull

from simapp.models import Run
from simapp.runs import leases, messages, room, services, sink
from simapp.runs.execute import execute
from simapp.runs.sink import DatabaseSink
from tests.runs.small import finish, make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr("simapp.runs.execute.FIRST_PAUSE", 0.0)
    monkeypatch.setattr(room, "LONGEST_PAUSE", 0.0)
    monkeypatch.setattr(room, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(room, "SAY_SECONDS", 0.0)


class Disk:
    """A disk that is full at a step: writing fails, and nothing is free, until `looks` looks found it so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: int, looks: int, tries: int = 1) -> None:
        self.looks, self.tries, self.refused, self.said = looks, tries, 0, []
        self.on_look: Callable[[], None] = lambda: None
        write = sink.parquet.write_step_files

        def full(folder: Any, record: Any, **more: Any) -> Any:
            if record.step == step and (self.looks > 0 or self.refused < self.tries):
                self.refused += 1
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(folder, record, **more)

        def free(_folder: Any) -> int:
            self.looks -= 1
            self.on_look()
            return 1 << 50 if self.looks <= 0 else 300_000_000 // 1_000

        monkeypatch.setattr(sink.parquet, "write_step_files", full)
        monkeypatch.setattr(room, "free_bytes", free)
        monkeypatch.setattr(messages, "publish", self.said.append)

    @property
    def waited_for(self) -> list[str]:
        found = [m.waiting for m in self.said if m.type == "state" and "disk" in m.waiting]
        return list(dict.fromkeys(found))


def test_a_run_waits_for_room_says_how_much_and_goes_on_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = finish(make())
    disk = Disk(monkeypatch, step=6, looks=4)
    run = finish(make())
    assert (run.status, run.step, run.error, run.waiting) == ("finished", 12, "", "")
    assert run.digest_hex == expected.digest_hex
    assert disk.refused == 1
    assert disk.waited_for[0].endswith("0 MB free")
    assert disk.waited_for[0].startswith("room on the disk: 6")


def test_a_disk_that_is_full_again_and_again_never_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = finish(make())
    disk = Disk(monkeypatch, step=6, looks=0, tries=20)
    run = finish(make())
    assert (run.status, run.digest_hex, disk.refused) == ("finished", expected.digest_hex, 20)


@pytest.mark.parametrize(("wish", "status"), [(services.pause, "paused"), (services.stop, "stopped")])
def test_what_members_ask_for_meanwhile_is_obeyed(
    wish: Callable[..., None], status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make()
    disk = Disk(monkeypatch, step=6, looks=10**9)
    disk.on_look = lambda: wish(run=run, member=None) if disk.looks == 10**9 - 3 else None
    outcome = execute(run.pk)
    run.refresh_from_db()
    assert (outcome.status, run.status, run.step, run.lease_until) == (status, status, 5, None)
    assert (run.ended is not None) == (status == "stopped")
    if status == "paused":
        disk.looks = 0
        services.resume(run=run, member=None)
        assert finish(run).status == "finished"


def test_a_worker_that_must_go_gives_the_waiting_run_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make()
    disk = Disk(monkeypatch, step=6, looks=10**9)
    execute(run.pk, stopping=lambda: disk.refused > 0)
    run.refresh_from_db()
    assert (run.wanted, run.lease_until) == ("run", None)
    assert run.waiting.startswith("room on the disk")
    disk.looks = 0
    assert finish(run).status == "finished"


def test_a_run_that_was_taken_while_it_waited_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make()
    disk = Disk(monkeypatch, step=6, looks=10**9)

    def steal() -> None:
        if disk.looks == 10**9 - 2:
            Run.objects.filter(pk=run.pk).update(lease_until=None)
            assert leases.take(run.pk, "somebody else") is not None

    disk.on_look = steal
    assert execute(run.pk) is None
    run.refresh_from_db()
    assert run.owner_name == "somebody else"


def test_a_full_disk_of_the_database_is_waited_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = finish(make())
    commit, refused, said = DatabaseSink.commit, [], []

    def full(self: Any, record: Any, world: Any) -> None:
        if record.step == 6 and len(refused) < 8:
            refused.append(1)
            raise OperationalError("could not extend file") from DiskFull("No space left on device")
        commit(self, record, world)

    monkeypatch.setattr(DatabaseSink, "commit", full)
    monkeypatch.setattr(messages, "publish", said.append)
    run = finish(make())
    assert (run.status, run.digest_hex, len(refused)) == ("finished", expected.digest_hex, 8)
    assert "room on the database's disk" in {m.waiting for m in said if m.type == "state"}
