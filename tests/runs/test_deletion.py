"""Deleting a run never takes the past from under a run that is there to stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from simapp.engine.core.threads import Workers
from simapp.models import Audit, Export, Run, RunFile
from simapp.runs import access, services, sink
from simapp.runs.deletion import delete, drop, unneeded
from simapp.runs.execute import execute
from simapp.runs.exports import export_folder
from simapp.runs.forks import create_fork
from simapp.runs.reconciler import Reconciler
from simapp.runs.replaying import replay
from simapp.runs.rewinds import rewind
from simapp.store.files import run_folder
from simapp.store.tables import TABLES
from tests.runs.small import finish, make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "quietly", lambda task, key: None)


def rows(number: int) -> int:
    """How many bulk rows lie under a number."""
    with connection.cursor() as cursor:
        counts = []
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE run_id = %s", [number])
            counts.append(cursor.fetchone()[0])
    return sum(counts)


def test_a_deleted_run_is_gone_with_its_rows_files_and_exports(owner: Any) -> None:
    run, other = finish(make(steps=4, owner=owner)), finish(make(steps=4))
    export = Export.objects.create(run=run, format="csv", owner=owner)
    folders = [run_folder(run.pk), export_folder(export)]
    folders[1].mkdir(parents=True)
    kept = rows(other.pk)
    gone = delete(run=run, member=owner)
    assert (gone.runs, gone.forks) == ((run.pk,), ())
    assert run not in access.runs_for(owner)
    assert drop() == [run.pk]
    assert not Run.objects.filter(pk=run.pk).exists()
    assert rows(run.pk) == 0
    assert not any(folder.exists() for folder in folders)
    assert (rows(other.pk), run_folder(other.pk).exists()) == (kept, True)
    assert Audit.objects.get(action="delete").detail["number"] == run.pk
    assert drop() == []


def test_a_large_run_is_dropped_with_its_partitions(settings: Any) -> None:
    settings.SOCIARIUM_PARTITION_USERS = 100
    run = finish(make(steps=3))
    delete(run=run, member=None)
    drop()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE %s", [f"run\\_%\\_{run.pk}"])
        assert cursor.fetchone() == (0,)


def test_a_run_with_a_living_fork_is_hidden_until_the_last_fork_goes(owner: Any) -> None:
    run = finish(make(steps=8, owner=owner))
    child = finish(create_fork(run=run, at=5, member=owner))
    grandchild = create_fork(run=child, at=3, member=owner)
    assert delete(run=run, member=owner).forks == (child.pk, grandchild.pk)
    assert drop() == []
    assert list(access.runs_for(owner).order_by("pk")) == [child, grandchild]
    # What needs the hidden run can still be run, replayed and forked.
    assert finish(grandchild).digest_hex == child.digest_hex
    assert replay(child, workers=Workers(1)).differs_at is None
    delete(run=child, member=owner)
    assert drop() == []
    assert replay(grandchild, workers=Workers(1)).differs_at is None
    delete(run=grandchild, member=owner)
    assert sorted(drop()) == [run.pk, child.pk, grandchild.pk]
    assert not Run.objects.exists()
    assert not any(rows(each.pk) for each in (run, child, grandchild))


def test_tails_go_with_their_run_unless_a_fork_needs_them() -> None:
    run = finish(make(steps=8))
    tail = rewind(run=run, to=3, member=None)
    made = create_fork(run=tail, at=6, member=None)
    gone = delete(run=run, member=None)
    assert (gone.runs, gone.forks) == ((run.pk, tail.pk), (made.pk,))
    assert drop() == [run.pk]
    made.refresh_from_db()
    assert finish(made).digest_hex == tail.digest_hex
    delete(run=made, member=None)
    assert sorted(drop()) == [tail.pk, made.pk]
    assert rows(tail.rows) == rows(made.rows) == 0


def test_the_owner_of_a_run_that_is_deleted_loses_it() -> None:
    run = make(steps=8)

    def gone(record: Any) -> None:
        if record.step == 4:
            delete(run=run, member=None)

    assert execute(run.pk, progress=gone) is None
    run.refresh_from_db()
    assert (run.status, run.step, run.lease_until) == ("stopped", 4, None)
    assert execute(run.pk) is None
    assert drop() == [run.pk]


def test_a_deleted_run_cannot_be_forked_rewound_or_deleted_again() -> None:
    run = finish(make(steps=4))
    create_fork(run=run, at=3, member=None)
    delete(run=run, member=None)
    for wish in (
        lambda: create_fork(run=run, at=2, member=None),
        lambda: rewind(run=run, to=2, member=None),
        lambda: delete(run=run, member=None),
    ):
        with pytest.raises(services.Refused, match="was deleted"):
            wish()


def test_what_a_dead_worker_left_half_dropped_is_dropped_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    run = finish(make(steps=4))
    delete(run=run, member=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM run_event WHERE run_id = %s", [run.pk])
    sent: list[int] = []
    monkeypatch.setattr("simapp.runs.reconciler.drop_deleted.delay", sent.append)
    reconciler = Reconciler(send=lambda _run: None)
    reconciler.round()
    reconciler.round()
    assert sent == [run.pk]
    assert drop(run.pk) == [run.pk]
    assert (unneeded(), rows(run.pk)) == ([], 0)


def test_a_snapshot_that_a_fork_begins_from_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every fifth step, however long one takes here: on a busy machine none would fall before the fork.
    monkeypatch.setattr(sink, "SNAPSHOT_SHARE", 1e9)
    run = make(steps=40)
    made: list[Run] = []

    def branch(record: Any) -> None:
        if record.step == 8:
            made.append(create_fork(run=run, at=8, member=None))

    finish(run, progress=branch)
    held = list(RunFile.objects.filter(run_id=run.pk, kind="snapshot").values_list("step", flat=True))
    assert any(0 < step <= 8 for step in held)
    assert all((Path(run_folder(run.pk)) / name).exists() for name in RunFile.objects.filter(
        run_id=run.pk, kind="snapshot").values_list("name", flat=True))  # fmt: skip
    assert finish(made[0]).digest_hex == run.digest_hex
