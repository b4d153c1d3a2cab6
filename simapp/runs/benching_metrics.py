"""The benchmark of the live metrics: what each costs in a world of N users, beside the step that it is part of."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Spent(NamedTuple):
    """Seconds by the clock, and of processors: on a machine that others use too only the latter compare."""

    seconds: float
    cpu: float


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

    Returns seconds by the clock and of processors: `step` (median over `steps`, with the usual metrics, without the
    database), `usual` (all of a scenario's `default`), `live` (all that a step can have), and `metrics`: each alone,
    with every pass it needs, while `live` makes a pass that several share once. `live_share`: of the processor time of
    a step that has all live metrics in place of the usual ones. Medians after a warm-up.
    """
    if steps < 1 or users < 2:
        msg = f"--steps is {steps} and --users {users}; they must be whole numbers from 1 and from 2."
        raise WrongInput(msg)
    parts = Parts(workload(users, follows, active), Streams(seed), workers)
    people = build_population(parts.scenario, parts.streams)
    simulation = parts.simulation(parts.found_world(people), Nothing())
    noted = simulation.measures = _Noted(simulation.measures)
    simulation.found(parts.seeds(simulation.world, people.seed_posts))
    spent = [_timed(simulation.step) for _ in range(WARM_UP + steps)]
    assert noted.last is not None  # noqa: S101 - a step was measured
    world, events, feed = noted.last

    def together(names: list[str]) -> Spent:
        measures = LiveMetrics(names, codes=CODES, workers=workers)
        return _median([_timed(lambda: measures.measure(world, events, feed)) for _ in range(1 + REPEATS)])

    def alone(name: str) -> Spent:
        metric = registry.metric_named(name)
        look = [View.of(world, events, CODES, 0, workers, feed) for _ in range(1 + REPEATS)]
        return _median([_timed(lambda view=view: metric.compute(view)) for view in look])

    step, usual, live = _median(spent), together(["default"]), together(["live"])
    each = {name: round(alone(name).seconds, 5) for name in registry.live()}
    return {
        "users": users,
        "follows": len(world.follows),
        "posts": len(world.posts),
        "impressions": int((feed.posts >= 0).sum()),
        "seconds": {"step": round(step.seconds, 4), "usual": round(usual.seconds, 4), "live": round(live.seconds, 4)},
        "cpu_seconds": {"step": round(step.cpu, 4), "usual": round(usual.cpu, 4), "live": round(live.cpu, 4)},
        "live_share": round(live.cpu / (step.cpu - usual.cpu + live.cpu), 4),
        "metrics": dict(sorted(each.items(), key=lambda item: -item[1])),
    }


def _timed(work: Callable[[], object]) -> Spent:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def _median(spent: list[Spent]) -> Spent:
    """The medians without the first, which warms up."""
    return Spent(*(statistics.median(column) for column in zip(*spent[1:], strict=True)))
