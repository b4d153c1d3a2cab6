"""What a step leaves behind, and the protocol of whoever keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.batches import ActionBatch, DecisionBatch, EventBatch, FeedBatch
from simapp.engine.core.world import World


@dataclass
class NewPosts:
    """P posts written in a step: key, parent, root int64 *keys* (-1 none); author int32; kind uint8
    (posts.KINDS); topic int16; stance, opinion, appeal float32; text int32 id (-1 for a repost); arm int8."""

    key: NDArray[np.int64]
    root: NDArray[np.int64]
    parent: NDArray[np.int64]
    author: NDArray[np.int32]
    kind: NDArray[np.uint8]
    topic: NDArray[np.int16]
    stance: NDArray[np.float32]
    opinion: NDArray[np.float32]
    appeal: NDArray[np.float32]
    text: NDArray[np.int32]
    arm: NDArray[np.int8]


@dataclass
class FollowChanges:
    """Follow edges that appeared (on = 1) or disappeared (on = 0) in a step; at step 0 the whole graph."""

    follower: NDArray[np.int32]
    followee: NDArray[np.int32]
    on: NDArray[np.uint8]


@dataclass
class Impressions:
    """What was shown in a step, in canonical order (viewer, rank).

    viewer int32; post int64 key; rank uint8 (0 = top); score float32; source uint8 (pipeline source).
    """

    viewer: NDArray[np.int32]
    post: NDArray[np.int64]
    rank: NDArray[np.uint8]
    score: NDArray[np.float32]
    source: NDArray[np.uint8]


@dataclass(frozen=True)
class MetricPoint:
    """One value of one metric. value None = missing (never 0 instead); `null` its null or baseline."""

    value: float | None
    null: float | None = None


@dataclass
class StepRecord:
    """Everything of one committed step. Step 0 is the founding: seed posts and the initial graph.

    decisions: every decision of the step, do-nothing included, targets as serials; decision_targets
    int64[A]: the keys of those targets (-1 none). texts: (id, text) of texts first used in this step.
    opinions float32[N, T] as shown in [-1, 1]. metrics by catalogue name; histogram: opinion
    histogram counts int64[T, bins] over equal bins of [-1, 1]. digest, impressions_digest: 32 bytes.
    stages: seconds by stage. counts: small integers for the live page (active, posts, likes, ...).
    counted_on int64[P]: per new post, the key of the one on which it counts as a share or a comment (-1 none).
    """

    step: int
    decisions: DecisionBatch
    decision_targets: NDArray[np.int64]
    events: EventBatch
    posts: NewPosts
    follows: FollowChanges
    impressions: Impressions
    opinions: NDArray[np.float32]
    texts: list[tuple[int, str]]
    metrics: dict[str, MetricPoint]
    histogram: NDArray[np.int64]
    counts: dict[str, int]
    digest: bytes
    impressions_digest: bytes
    inputs: list[dict[str, Any]] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    counted_on: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def let_go_of_logs(self) -> None:
        """Give up impressions and decisions, the largest part by far, once they are kept elsewhere."""
        none = np.zeros(0, np.int32)
        self.impressions = Impressions(
            none, none.astype(np.int64), none.astype(np.uint8), none.astype(np.float32), none.astype(np.uint8)
        )
        self.decisions = DecisionBatch(ActionBatch.empty(), none.astype(np.uint8))
        self.decision_targets = none.astype(np.int64)


class Sink(Protocol):
    """Keeps what happened. `commit` is atomic: all of the step is kept, or it raises and none is."""

    def commit(self, record: StepRecord, world: World) -> None:
        """Keep `record`; `world` is the state after it (for snapshots). May raise LostLease."""
        ...


class Feed(Protocol):
    """Ranks. Implemented by recommender.pipeline.Pipeline."""

    name: str
    sources: tuple[str, ...]

    def prepare(self, world: World) -> None:
        """Bring per-step state up to date (embed texts first used, index recent posts)."""
        ...

    def rank(self, world: World, viewers: NDArray[np.int32], k: int, streams: Any, workers: Any) -> FeedBatch:
        """Return ranked unseen, unmuted, not-own, not-removed posts for each viewer."""
        ...

    def learn(self, world: World, events: EventBatch, shown: FeedBatch | None = None) -> None:
        """Update what is known of viewers and posts from what was `shown` and what users did."""
        ...


class Mind(Protocol):
    """Decides. Implemented in agents.minds."""

    name: str

    def decide(self, world: World, feed: FeedBatch, streams: Any, workers: Any) -> DecisionBatch:
        """Return decisions of feed.viewers in canonical order; a viewer without action gets do_nothing."""
        ...

    def remember(
        self,
        world: World,
        feed: FeedBatch,
        decisions: DecisionBatch,
        streams: Any,
        workers: Any,
        events: EventBatch,
    ) -> None:
        """Update opinions and memory from what was read and what happened, once actions were applied."""
        ...


class Measures(Protocol):
    """Computes live metrics. Implemented by simapp.metrics.live.LiveMetrics."""

    def measure(
        self, world: World, events: EventBatch, feed: FeedBatch
    ) -> tuple[dict[str, MetricPoint], NDArray[np.int64]]:
        """Return (points by name, opinion histogram int64[T, bins])."""
        ...
