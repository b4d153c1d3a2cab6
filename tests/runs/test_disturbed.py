"""A run that is killed anywhere, any number of times, leaves what an undisturbed one leaves: every row of it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from simapp.engine.core.threads import Workers
from simapp.engine.record import StepRecord
from simapp.models import Run, RunFile, RunStep
from simapp.runs import checkpoints, leases, services
from simapp.runs.execute import execute
from simapp.store.files import read_verified, run_folder
from simapp.store.partitions import delete_run_rows
from simapp.store.writer import write_inputs
from tests.runs.left import LEFT, left_by
from tests.runs.small import VARIED, busy, make

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 14
PLACES = [place for place in checkpoints.PLACES if place != "in export"]


class Killed(BaseException):
    """Stands for a death: nothing in the code catches it, and no lease is given back."""


def to_its_end(run: Run, deaths: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Execute the run, dying at each (place, step or later) in turn, each owner cutting its work differently."""
    waiting = list(deaths)

    def killer(step: Callable[[], int], _run: int) -> Callable[[str], None]:
        def at(place: str) -> None:
            if waiting and place == waiting[0][0] and step() >= waiting[0][1]:
                waiting.pop(0)
                raise Killed

        return at

    monkeypatch.setattr(checkpoints, "killer", killer)
    for life in range(len(deaths) + 1):
        Run.objects.filter(pk=run.pk).update(lease_until=None)
        try:
            execute(run.pk, workers=Workers(1 + life % 2, 16_384 if life % 2 else 11))
        except Killed:
            continue
        break
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("kind", VARIED)
def test_whatever_kills_it_a_run_leaves_the_rows_of_an_undisturbed_one(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = VARIED[kind]()
    expected = to_its_end(make(scenario, steps=STEPS), [], monkeypatch)
    assert (expected.status, expected.step) == ("finished", STEPS), expected.error
    rows = left_by(expected)
    dice = random.Random(kind)
    for _ in range(2):
        steps = sorted(dice.randrange(STEPS) for _ in range(4))
        deaths = [(dice.choice(PLACES), step) for step in steps]
        run = to_its_end(make(scenario, steps=STEPS), deaths, monkeypatch)
        assert (run.status, run.step) == ("finished", STEPS), (deaths, run.error)
        assert run.digest_hex == expected.digest_hex, deaths
        found = left_by(run)
        for table in LEFT:
            assert found[table] == rows[table], (table, deaths)
        assert run.events == expected.events


def test_a_step_that_showed_something_else_when_it_was_repeated_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = make(busy(), steps=6)
    monkeypatch.setattr(checkpoints, "killer", lambda step, _run: lambda place: _die(step() >= 4))
    with pytest.raises(Killed):
        execute(run.pk, workers=Workers(1))
    RunStep.objects.filter(run_id=run.pk, step=3).update(impressions_digest=bytes(32))
    failed = to_its_end(run, [], monkeypatch)
    assert (failed.status, failed.step) == ("failed", 3)
    assert "came out differently" in failed.error


def _die(now: bool) -> None:
    if now:
        raise Killed


def test_a_feed_that_a_member_switched_is_still_switched_after_a_takeover(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def switched() -> Run:
        run = make(busy(), steps=STEPS)
        with connection.cursor() as cursor:
            switch = [{"kind": "switch_feed", "preset": "reddit-hot", "params": {}}]
            write_inputs(cursor, run.pk, 2, switch)
        return run

    expected = to_its_end(switched(), [], monkeypatch)
    plain = to_its_end(make(busy(), steps=STEPS), [], monkeypatch)
    run = to_its_end(switched(), [("after commit", 8)], monkeypatch)
    assert expected.digest_hex != plain.digest_hex
    assert (run.status, run.digest_hex) == ("finished", expected.digest_hex)


def test_owners_that_steal_the_run_from_each_other_leave_the_rows_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = to_its_end(make(busy(), steps=STEPS), [], monkeypatch)
    run = make(busy(), steps=STEPS)
    stolen: set[int] = set()
    owners: set[str] = set()

    def lose(record: StepRecord) -> None:
        # Once per step the lease is over while its owner goes on working.
        if record.step not in stolen:
            stolen.add(record.step)
            Run.objects.filter(pk=run.pk).update(lease_until=None)

    def work(name: str) -> None:
        try:
            while Run.objects.get(pk=run.pk).status not in services.OVER:
                lease = leases.take(run.pk, name)
                if lease is not None:
                    owners.add(name)
                    execute(run.pk, workers=Workers(1), progress=lose, lease=lease)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    run.refresh_from_db()
    assert (run.status, run.step, owners) == ("finished", STEPS, {"one", "two"}), run.error
    assert left_by(run) == left_by(expected)
    for name, digest in RunFile.objects.filter(run_id=run.pk, good=True).values_list("name", "hash"):
        read_verified(run_folder(run.pk) / name, digest)


def test_a_large_run_that_dies_in_its_founding_is_founded_in_partitions_of_its_own(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    expected = to_its_end(make(busy(), steps=6), [], monkeypatch)
    settings.SOCIARIUM_PARTITION_USERS = 100
    run = make(busy(), steps=6)
    run = to_its_end(run, [("before commit", 0), ("in snapshot", 0), ("after commit", 4)], monkeypatch)
    assert run.digest_hex == expected.digest_hex
    assert left_by(run) == left_by(expected)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM run_event_{run.pk}")
        assert cursor.fetchone() == (run.events,)
        delete_run_rows(cursor, run.pk)
    assert not any(left_by(run).values())
