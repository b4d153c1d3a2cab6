"""A large run is written while its next step is computed; nothing else about it is different."""

from __future__ import annotations

import pytest
from django.db import connection

from simapp.engine.core.threads import Workers
from simapp.models import Run, RunStep
from simapp.runs import checkpoints, leases, services, sink
from simapp.runs.execute import execute
from simapp.runs.sink import DatabaseSink
from simapp.stack.process import wait_until
from tests.runs.left import left_by
from tests.runs.small import busy, finish, make
from tests.runs.test_disturbed import STEPS, to_its_end

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run counts as large."""
    monkeypatch.setattr("simapp.runs.owner.BEHIND_USERS", 1)


def test_a_run_that_is_written_behind_leaves_the_rows_of_one_that_is_not(behind, monkeypatch) -> None:
    run = finish(make(busy(), steps=STEPS))
    monkeypatch.setattr("simapp.runs.owner.BEHIND_USERS", 10**9)
    expected = finish(make(busy(), steps=STEPS))
    assert (run.status, run.digest_hex) == ("finished", expected.digest_hex)
    assert left_by(run) == left_by(expected)


def test_deaths_cost_a_run_that_is_written_behind_nothing(behind, monkeypatch) -> None:
    monkeypatch.setattr(sink, "SNAPSHOT_SECONDS", 0.0)
    expected = to_its_end(make(busy(), steps=STEPS), [], monkeypatch)
    places = ("before commit", "after commit", "in decide", "in snapshot", "after commit", "before commit")
    run = to_its_end(make(busy(), steps=STEPS), list(zip(places, range(2, 14, 2), strict=True)), monkeypatch)
    assert (run.status, run.digest_hex) == ("finished", expected.digest_hex), run.error
    assert left_by(run) == left_by(expected)


def test_a_pause_ends_the_run_with_the_step_that_it_is_in(behind) -> None:
    run = make(busy(), steps=STEPS)

    def wish(record) -> None:
        if record.step == 4:
            Run.objects.filter(pk=run.pk).update(wanted="pause")

    execute(run.pk, workers=Workers(1), progress=wish, hold_seconds=0)
    run.refresh_from_db()
    assert run.status == "paused"
    # Step 5 may have been under way when step 4 was seen; no further one was begun.
    assert run.step in (4, 5)
    assert RunStep.objects.filter(run_id=run.pk).count() == run.step + 1


def test_a_step_that_was_asked_for_is_the_only_one(behind) -> None:
    run = make(busy(), steps=STEPS)
    Run.objects.filter(pk=run.pk).update(pause_at=3)
    execute(run.pk, workers=Workers(1), hold_seconds=0)
    run.refresh_from_db()
    assert (run.status, run.step) == ("paused", 3)


def test_an_owner_that_lost_the_run_writes_nothing_more(behind) -> None:
    run = make(busy(), steps=STEPS)

    def lose(record) -> None:
        if record.step == 4:
            Run.objects.filter(pk=run.pk).update(lease_until=None)
            leases.take(run.pk, "somebody else")

    assert execute(run.pk, workers=Workers(1), progress=lose) is None
    run.refresh_from_db()
    assert run.step == 4
    assert RunStep.objects.filter(run_id=run.pk).count() == 5
    assert run.status not in services.OVER


def test_trouble_with_a_step_is_known_before_the_next_is_handed_over(behind, monkeypatch) -> None:
    keep = DatabaseSink._keep

    def broken(self, record, snapshot) -> None:
        if record.step == 5:
            raise RuntimeError("no such thing")
        keep(self, record, snapshot)

    monkeypatch.setattr(DatabaseSink, "_keep", broken)
    run = finish(make(busy(), steps=STEPS))
    assert (run.status, run.step) == ("failed", 4)
    assert "no such thing" in run.error


def test_no_connection_is_left_behind(behind, monkeypatch) -> None:
    monkeypatch.setattr(checkpoints, "killer", lambda _step, _run: lambda _place: None)

    def sessions() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    before = sessions()
    finish(make(busy(), steps=6))
    # A session of the server ends a moment after its client hung up.
    assert wait_until(lambda: sessions() == before, seconds=20)
