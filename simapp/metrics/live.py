"""The metrics of every step, as the engine's loop asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.metrics import passes, registry
from simapp.metrics.kept import KeptEdges
from simapp.metrics.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from simapp.engine.core.batches import EventBatch, FeedBatch
    from simapp.engine.core.world import World
    from simapp.engine.record import MetricPoint

DEFAULT, ALL = "default", "live"
BINS = 40


class LiveMetrics:
    """Implements `simapp.engine.record.Measures`.

    metrics: names; "default" (alone or in a list) stands for the usual built-in ones, "live" for all that a step
    can have. codes: stored action codes by action name (from the engine's action registry). topic: the topic of
    opinion metrics. Raises WrongInput for a name that is unknown, given twice or computed on demand only.
    """

    def __init__(
        self,
        metrics: str | Iterable[str] = DEFAULT,
        *,
        codes: Mapping[str, int],
        topic: int = 0,
        bins: int = BINS,
        workers: Workers | None = None,
    ) -> None:
        self._workers = workers or Workers()
        self._metrics = [registry.metric_named(name) for name in _chosen(metrics)]
        self._codes = dict(codes)
        self._topic = topic
        self._bins = bins
        self._kept = KeptEdges()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the metrics, in the order of the catalogue."""
        return tuple(m.name for m in self._metrics)

    def measure(
        self, world: World, events: EventBatch, feed: FeedBatch | None = None
    ) -> tuple[dict[str, MetricPoint], NDArray[np.int64]]:
        """Return (points by name, histogram int64[T, bins] of shown opinions over equal bins of [-1, 1])."""
        view = View.of(world, events, self._codes, self._topic, self._workers, feed)
        view.kept = lambda x: self._kept.rows(
            world.step, x, world.follows, self._moved(events, "follow"), self._moved(events, "unfollow"), self._workers
        )
        points = {metric.name: metric.compute(view) for metric in self._metrics}
        histogram = np.zeros((view.opinions.shape[1], self._bins), np.int64)
        passes.count_bins(view.opinions, histogram)
        return points, histogram

    def _moved(self, events: EventBatch, action: str) -> NDArray[np.int32]:
        """Return the followers whose follows changed, by themselves or by order of the platform."""
        done = events.outcome == 0
        own, ordered = (events.code == self._codes.get(name, -1) for name in (action, f"order_{action}"))
        return np.concatenate([events.actor[done & own], events.item[done & ordered]])


def check_metrics(metrics: Iterable[str]) -> None:
    """Raise WrongInput when no step can have one of these metrics, or one is named twice."""
    _chosen(metrics)


def _chosen(metrics: str | Iterable[str]) -> list[str]:
    wanted: list[str] = []
    groups = {DEFAULT: registry.usual, ALL: registry.live}
    for name in [metrics] if isinstance(metrics, str) else metrics:
        if name not in groups and name not in registry.names():
            msg = f"metrics: unknown metric {name!r}; known: {DEFAULT}, {ALL}, {', '.join(registry.names())}"
            raise WrongInput(msg)
        wanted.append(name)
    twice = next((name for name in wanted if wanted.count(name) > 1), None)
    if twice is not None:
        msg = f"metrics: {twice!r} is named twice"
        raise WrongInput(msg)
    # What a word stands for may be named beside it.
    wanted = [n for name in wanted for n in (groups[name]() if name in groups else (name,))]
    dear = next((name for name in wanted if not registry.metric_named(name).live), None)
    if dear is not None:
        when = registry.metric_named(dear).asked_by or "on demand (manage.py measure), not in a step"
        msg = f"metrics: {dear!r} is computed {when}"
        raise WrongInput(msg)
    return [name for name in registry.all_metrics() if name in wanted]
