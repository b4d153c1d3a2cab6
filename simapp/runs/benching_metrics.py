"""The benchmark of the live metrics: what each costs in a world of N users, beside the step that it is part of."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.metrics import registry
from simapp.metrics.live import LiveMetrics
from simapp.metrics.view import View
from simapp.runs.assemble import CODES, Parts
from simapp.runs.benching import WARM_UP, workload
from simapp.runs.replaying import Nothing
from simapp.scenarios.population.build import build_population

if TYPE_CHECKING:
    from collections.abc import Callable

    from simapp.engine.core.batches import EventBatch, FeedBatch
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World
    from simapp.engine.record import Measures

REPEATS = 3


@dataclass
class _Noted:
    """The run's measures, which remembers what it was last shown."""

    real: Measures
    last: tuple[World, EventBatch, FeedBatch] | None = None

    def measure(self, world: World, events: EventBatch, feed: FeedBatch) -> Any:
        self.last = (world, events, feed)
        return self.real.measure(world, events, feed)


def bench_metrics(
    *, users: int, follows: int, steps: int, active: float, seed: int, workers: Workers
) -> dict[str, Any]:
    """Run the workload of `bench step` in memory and time its metrics after the last step.

    Returns seconds: `step` (median over `steps`, without its metrics, without the database), `usual` (all of a
    scenario's `default`), `live` (all that a step can have) and `metrics`: each alone, its share of no pass shared with
    another. `live_share`: live / (step + live). Medians of three.
    """
    if steps < 1 or users < 2:
        msg = f"--steps is {steps} and --users {users}; they must be whole numbers from 1 and from 2."
        raise WrongInput(msg)
    parts = Parts(workload(users, follows, active), Streams(seed), workers)
    people = build_population(parts.scenario, parts.streams)
    simulation = parts.simulation(parts.found_world(people), Nothing())
    noted = simulation.measures = _Noted(simulation.measures)
    simulation.found(parts.seeds(simulation.world, people.seed_posts))
    seconds = []
    for _ in range(WARM_UP + steps):
        began = time.perf_counter()
        record = simulation.step()
        seconds.append(time.perf_counter() - began - record.stages["measure"])
    assert noted.last is not None  # noqa: S101 - a step was measured
    world, events, feed = noted.last

    def timed(names: list[str]) -> float:
        measures = LiveMetrics(names, codes=CODES, workers=workers)
        return _median(lambda: measures.measure(world, events, feed))

    def alone(name: str) -> float:
        metric = registry.metric_named(name)
        return _median(lambda: metric.compute(View.of(world, events, CODES, 0, workers, feed)))

    step, live = statistics.median(seconds[WARM_UP:]), timed(["live"])
    each = {name: round(alone(name), 5) for name in registry.live()}
    return {
        "users": users,
        "follows": len(world.follows),
        "posts": len(world.posts),
        "impressions": int((feed.posts >= 0).sum()),
        "seconds": {"step": round(step, 4), "usual": round(timed(["default"]), 4), "live": round(live, 4)},
        "live_share": round(live / (step + live), 4),
        "metrics": dict(sorted(each.items(), key=lambda item: -item[1])),
    }


def _median(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(1 + REPEATS):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent[1:])
