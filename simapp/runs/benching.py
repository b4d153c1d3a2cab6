"""The benchmark of a step: a fixed workload on the real path, database and Parquet logs included."""

from __future__ import annotations

import shutil
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from django.db import connection, transaction

from simapp.engine.core.errors import WrongInput
from simapp.runs import leases
from simapp.runs.execute import execute
from simapp.runs.services import command_line_version, create_run
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths
from simapp.store.files import run_folder
from simapp.store.partitions import delete_run_rows

if TYPE_CHECKING:
    from simapp.engine.core.threads import Workers
    from simapp.engine.record import StepRecord
    from simapp.models import Run
    from simapp.scenarios.document import Scenario

WARM_UP = 1  # steps that are made and not counted
WINDOW_STEPS = 12  # of the workload: after these the feed window is full


def workload(users: int, follows: int, active: float) -> Scenario:
    """Return the fixed workload: `users` users with `follows` mean followees, of whom a share is active each step.

    Ten ranked posts from follows and discovery per active user; rules that make at least one event and 0.2
    posts per active user-step on average; opinions move; all live metrics.
    """
    if not 0 < active <= 1:
        msg = f"--active is {active}; it must be more than 0 and at most 1."
        raise WrongInput(msg)
    return set_paths(
        get_gallery("echo-chambers"),
        [
            "title=Benchmark of a step",
            f"population.users={users}",
            f"population.activity.minimum={active}",
            f"population.activity.maximum={active}",
            "population.activity.circadian=[" + ",".join(["1"] * 24) + "]",
            "population.voice.minimum=0.35",
            f"network.mean_followees={follows}",
            # Bounds the window, and with it memory, so that a run of a few dozen steps shows their steady size.
            "platform.hot_window_hours=12",
            "feed.preset=chronological",
            "feed.explore=0.2",
            "minds.rates.like=0.3",
            "minds.rates.follow=0.001",
            "minds.rates.unfollow=0.001",
            "minds.appeal.median=0.01",
            "clock.minutes_per_step=60",
        ],
    )


@dataclass
class _Meter:
    """Times the steps of a run as they are committed."""

    last: float = 0.0
    seconds: list[float] = field(default_factory=list)
    stages: list[dict[str, float]] = field(default_factory=list)
    counts: list[dict[str, int]] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)

    def __call__(self, record: StepRecord) -> None:
        now = time.perf_counter()
        if record.step > WARM_UP:
            self.seconds.append(now - self.last)
            self.stages.append(dict(record.stages))
            self.counts.append(dict(record.counts))
            self.resident.append(psutil.Process().memory_info().rss / 2**20)
        self.last = time.perf_counter()


def bench_step(
    *, users: int, follows: int, steps: int, active: float, seed: int, workers: Workers, keep: bool = False
) -> dict[str, Any]:
    """Run the workload and return its figures: medians over `steps` steps after a warm-up.

    `stages` are seconds; a step keeps the commit time of the step before it, and of a large run the commit runs
    beside the next step, so that stages add up to more than the step. rss_mib: resident memory after the step in
    which the feed window is full (the first counted one where none is), half-way from there, and at the end. The
    run is deleted unless `keep`.
    """
    if steps < 1:
        msg = f"--steps is {steps}; it must be a whole number from 1."
        raise WrongInput(msg)
    version = command_line_version(document=workload(users, follows, active))
    run = create_run(owner=None, version=version, seed=seed, steps=steps + WARM_UP)
    meter = _Meter()
    execute(run.pk, workers=workers, progress=meter, lease=leases.take(run.pk, leases.owner_name("bench")))
    run.refresh_from_db()
    if run.status != "finished":
        msg = f"the benchmark's run {run.pk} is {run.status}: {run.error}"
        raise RuntimeError(msg)
    figures = _figures(run, meter, steps)
    if keep:
        return {"run": run.pk, **figures}
    drop(run)
    return figures


def _figures(run: Run, meter: _Meter, steps: int) -> dict[str, Any]:
    seconds = statistics.median(meter.seconds)
    full = min(WINDOW_STEPS, len(meter.resident) - 1)
    active_users = _mean(meter.counts, "active")
    return {
        "users": run.users,
        "follows": meter.counts[-1]["follows"],
        "steps": steps,
        "active_per_step": active_users,
        "seconds_per_step": round(seconds, 4),
        "us_per_user_step": round(1e6 * seconds / max(active_users, 1.0), 3),
        "stages": {
            name: round(statistics.median(row.get(name, 0.0) for row in meter.stages), 4) for name in meter.stages[-1]
        },
        "events_per_step": _mean(meter.counts, "events"),
        "posts_per_step": _mean(meter.counts, "create_post"),
        "impressions_per_step": _mean(meter.counts, "impressions"),
        "rss_mib": [round(meter.resident[i], 1) for i in (full, (full + len(meter.resident) - 1) // 2, -1)],
        "digest": run.digest_hex,
    }


def bench_scale(*, sizes: list[int], follows: int, steps: int, seed: int, workers: Workers) -> dict[str, Any]:
    """Run the workload at several sizes and fit the exponent b of seconds per step = a * users ** b."""
    if len(sizes) < 2 or any(size < 2 for size in sizes) or sorted(set(sizes)) != sizes:
        msg = "--sizes must be two or more different numbers of users, ascending."
        raise WrongInput(msg)
    rows = [
        bench_step(users=size, follows=follows, steps=steps, active=1.0, seed=seed, workers=workers) for size in sizes
    ]
    seconds = [row["seconds_per_step"] for row in rows]
    exponent = float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
    shown = ("users", "follows", "seconds_per_step", "us_per_user_step", "stages", "digest")
    return {"exponent": round(exponent, 4), "rows": [{name: row[name] for name in shown} for row in rows]}


def drop(run: Run) -> None:
    """Delete a benchmark's run with everything that it left: a large one leaves gigabytes."""
    number = int(run.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        delete_run_rows(cursor, number)
        run.delete()
    shutil.rmtree(run_folder(number), ignore_errors=True)


def _mean(rows: list[dict[str, int]], name: str) -> float:
    return round(statistics.fmean(row.get(name, 0) for row in rows), 1)
