"""The benchmark of a step: a fixed workload on the real path, database and Parquet logs included."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.runs import leases
from simapp.runs.execute import execute
from simapp.runs.services import command_line_version, create_run
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths

if TYPE_CHECKING:
    from simapp.engine.core.threads import Workers
    from simapp.engine.record import StepRecord
    from simapp.scenarios.document import Scenario

WARM_UP = 1  # steps that are made and not counted


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

    def __call__(self, record: StepRecord) -> None:
        now = time.perf_counter()
        if record.step > WARM_UP:
            self.seconds.append(now - self.last)
            self.stages.append(dict(record.stages))
            self.counts.append(dict(record.counts))
        self.last = time.perf_counter()


def bench_step(*, users: int, follows: int, steps: int, active: float, seed: int, workers: Workers) -> dict[str, Any]:
    """Run the workload and return its figures: medians over `steps` steps after a warm-up.

    `stages` are seconds; a step keeps the commit time of the step before it.
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
    seconds = statistics.median(meter.seconds)
    active_users = _mean(meter.counts, "active")
    return {
        "run": run.pk,
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
        "digest": run.digest_hex,
    }


def _mean(rows: list[dict[str, int]], name: str) -> float:
    return round(statistics.fmean(row.get(name, 0) for row in rows), 1)
