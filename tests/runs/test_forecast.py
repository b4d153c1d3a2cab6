"""What a run will need is said before it starts, and what cannot fit is refused in one sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from simapp.engine.core.errors import Refused
from simapp.models import Run, RunFile
from simapp.runs import forecasts, services
from simapp.runs.forecasts import Free, active_share, check, forecast, free_here, span
from simapp.runs.forks import create_fork
from simapp.scenarios.document import Scenario
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths
from simapp.store.tables import TABLES
from tests.commands.test_simulation_commands import manage
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

PLENTY = Free(files=10**15, database=10**15, one_disk=True, memory=10**15)


def used(run: Run) -> tuple[int, int]:
    """Bytes of a run's files and of its partitions with their indexes."""
    files = RunFile.objects.filter(run_id=run.pk).aggregate(bytes=Sum("bytes"))["bytes"]
    with connection.cursor() as cursor:
        rows = 0
        for table in TABLES:
            cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [f"{table}_{run.pk}"])
            rows += cursor.fetchone()[0]
    return int(files), rows


@pytest.mark.parametrize(
    ("scenario", "steps"),
    [
        (lambda: busy("rumour"), 40),
        (lambda: get_gallery("first-vote"), 12),
        (lambda: set_paths(get_gallery("rumour"), ["population.users=3000"]), 12),
    ],
    ids=["busy", "votes", "three thousand"],
)
def test_the_disk_that_a_run_takes_is_told_within_a_factor_of_two(scenario: Any, steps: int, settings: Any) -> None:
    settings.SOCIARIUM_PARTITION_USERS = 1
    document: Scenario = scenario()
    told = forecast(document, steps)
    files, rows = used(finish(make(document, steps=steps)))
    assert files / 2 <= told.files <= 2 * files
    assert rows / 2 <= told.database <= 2 * rows


def test_the_share_of_active_users_is_that_of_a_run(settings: Any) -> None:
    from simapp.models import RunStep

    document = set_paths(get_gallery("first-vote"), ["population.users=2000"])
    run = finish(make(document, steps=24))
    counts = RunStep.objects.filter(run_id=run.pk, step__gt=0).values_list("counts", flat=True)
    mean = sum(row["active"] for row in counts) / 24
    assert mean / 2000 == pytest.approx(active_share(document), rel=0.1)


def test_more_of_anything_needs_more_and_rules_need_less() -> None:
    document = busy()
    told = forecast(document, 100)
    for change in ("population.users=5000", "network.mean_followees=90", "feed.k=50", "population.activity.minimum=1"):
        more = forecast(set_paths(document, [change]), 100)
        assert (more.files, more.database, more.seconds) > (told.files, told.database, told.seconds), change
    assert forecast(document, 1000).seconds > told.seconds
    assert forecast(document, 100, keep={"impressions": "last 5", "opinions": "every 10"}).files < told.files
    assert forecast(document, 100, keep={"snapshots": "all"}).files > told.files


@pytest.mark.parametrize(
    ("free", "sentence"),
    [
        (replace(PLENTY, files=3 * 10**9), r"The run needs about 12.0 GB on disk, 3.0 GB free."),
        (
            replace(PLENTY, files=3 * 10**9, one_disk=False),
            r"The run needs about 7.0 GB on the disk of the files, 3.0 GB free.",
        ),
        (
            replace(PLENTY, database=3 * 10**9, one_disk=False),
            r"The run needs about 5.0 GB on the disk of the database, 3.0 GB free.",
        ),
        (replace(PLENTY, memory=10**9), r"The run needs about 2.0 GB of memory, 1.0 GB free."),
    ],
)
def test_what_cannot_fit_is_refused_with_what_is_needed_and_what_is_there(free: Free, sentence: str) -> None:
    needed = forecasts.Forecast(7 * 10**9, 5 * 10**9, 2 * 10**9, 60.0)
    check(needed, PLENTY)
    check(needed, replace(PLENTY, database=None, one_disk=False))
    with pytest.raises(Refused) as refused:
        check(needed, free)
    assert str(refused.value) == sentence
    if "memory" in sentence:
        check(needed, free, force=True)
    else:
        with pytest.raises(Refused):
            check(needed, free, force=True)


def test_a_run_of_months_is_refused_unless_forced() -> None:
    needed = forecasts.Forecast(1, 1, 1, 50 * 86_400.0)
    with pytest.raises(Refused, match="needs about 50 days; that is more than 30 days"):
        check(needed, PLENTY)
    check(needed, PLENTY, force=True)


def test_this_machines_disks_and_memory_are_found() -> None:
    free = free_here()
    assert free.files > 0
    assert free.memory > 0
    assert free.database is None or free.database > 0


def test_nothing_is_created_where_a_run_cannot_fit(monkeypatch: pytest.MonkeyPatch, owner: Any) -> None:
    run = finish(make(steps=4))
    monkeypatch.setattr(forecasts, "free_here", lambda: replace(PLENTY, files=10**6))
    with pytest.raises(Refused, match="on disk, 1 MB free"):
        services.launch(owner=owner, version=run.scenario_version, seed=1)
    with pytest.raises(Refused, match="on disk, 1 MB free"):
        create_fork(run=run, at=2, member=None, force=True)
    assert Run.objects.count() == 1


def test_a_command_says_what_it_needs_and_force_is_for_memory_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["rumour", "--set", "population.users=60", "--set", "network.mean_followees=5", "--steps", 2]
    monkeypatch.setattr(forecasts, "free_here", lambda: replace(PLENTY, memory=10**6))
    assert manage("simulate", *given) == 1
    assert "of memory, 1 MB free" in capsys.readouterr().err
    assert manage("simulate", *given, "--force") == 0
    assert "needs about" in capsys.readouterr().err
    monkeypatch.setattr(forecasts, "free_here", lambda: replace(PLENTY, files=10**6))
    assert manage("simulate", *given, "--force") == 1
    assert "on disk, 1 MB free" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (99, "99 s"), (600, "10 min"), (7200, "2 h"), (200_000, "2 days")]
)
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert span(seconds) == words
