"""Shadows of a running scenario: what its named presets would have made of each step's candidates, as metrics.

Nothing that acts sees them: the run has the digest of the run without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.shadow import Watched, bare, compared
from simapp.metrics.base import point
from simapp.metrics.shadows import FIGURES, series_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from recommender.pipeline import Pipeline
    from simapp.engine.core.batches import EventBatch, FeedBatch
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.world import World
    from simapp.engine.interventions import FeedFactory
    from simapp.engine.record import Feed, Measures, MetricPoint
    from simapp.metrics.live import LiveMetrics


@dataclass
class Shadowing:
    """Presets that are scored beside a scenario's feed, for at most `viewers` of each step's viewers."""

    presets: Mapping[str, Pipeline]
    viewers: int
    _found: dict[str, dict[str, float | None]] = field(default_factory=dict)

    def over(self, feed: Any) -> Watched:
        """Return a feed with its shadows."""
        watched = Watched(bare(feed), self.presets, _nothing)
        watched.watch = lambda world, batch, k, streams: self._look(watched, world, batch, streams)
        return watched

    def points(self) -> dict[str, MetricPoint]:
        """Return the figures of the step that was ranked last, by series, beside those of the scenario's own feed."""
        found, self._found = self._found, {}
        own = found.get("active", {})
        return {
            series_name(metric, preset): point(found.get(preset, {}).get(figure), own.get(figure))
            for metric, figure in FIGURES.items()
            for preset in self.presets
        }

    def _look(self, watched: Watched, world: World, batch: FeedBatch, streams: Streams) -> None:
        # Who is looked at is drawn by who they are and by the step: no draw of anything else is touched.
        some = batch
        if len(batch) > self.viewers:
            draws = streams.bits("feed/shadow", step=world.step, user=batch.viewers)
            some = batch.take(np.sort(np.argpartition(draws, self.viewers)[: self.viewers]))
        self._found = compared(watched.feed, watched.shadows, world, some, streams)


@dataclass
class WithShadows:
    """Implements `simapp.engine.record.Measures`: the scenario's metrics, and the figures of its shadows."""

    metrics: LiveMetrics
    shadows: Shadowing

    def measure(
        self, world: World, events: EventBatch, feed: FeedBatch | None = None
    ) -> tuple[dict[str, MetricPoint], NDArray[np.int64]]:
        """Return (points by name, opinion histogram)."""
        points, histogram = self.metrics.measure(world, events, feed)
        return {**points, **self.shadows.points()}, histogram


@dataclass(frozen=True)
class Ranked:
    """What a simulation ranks and measures with."""

    feed: Feed
    factory: FeedFactory
    measures: Measures


def shadowed(
    presets: Mapping[str, Pipeline], viewers: int, feed: Feed, factory: FeedFactory, measures: LiveMetrics
) -> Ranked:
    """Return a feed, those that are switched in, and the metrics, with shadows where there are any."""
    if not presets:
        return Ranked(feed, factory, measures)
    shadows = Shadowing(presets, viewers)
    return Ranked(
        shadows.over(feed),
        lambda settings, before: shadows.over(factory(settings, bare(before))),
        WithShadows(measures, shadows),
    )


def _nothing(world: World, batch: FeedBatch, k: int, streams: Streams) -> None:
    pass
