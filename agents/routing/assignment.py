"""Who is decided for by which tier: rules in the order of the scenario, the first that fits counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

KINDS = ("count", "share", "named", "top")
MEASURES = ("reach", "novelty", "stakes")


@dataclass(frozen=True)
class Who:
    """Whom a rule takes. kind: one of KINDS. users: how many (count); share in (0, 1] (share, top); named: ids;
    by: one of MEASURES (top)."""

    kind: str
    users: int = 0
    share: float = 0.0
    named: tuple[int, ...] = ()
    by: str = "reach"


@dataclass
class Assignment:
    """Applies rules in their order. Rules of kind top look at every step anew, the others are drawn once."""

    rules: tuple[Who, ...]
    _fixed: NDArray[np.int16] | None = field(default=None, repr=False)

    def of(self, world: World, feed: FeedBatch, streams: Streams) -> NDArray[np.int16]:
        """Return int16[V]: the index of the rule that takes each viewer of `feed`, -1 for none."""
        taken = self.fixed(world, streams)[feed.viewers]
        for i, who in enumerate(self.rules):
            if who.kind == "top" and len(feed):
                highest = _top(measure(world, feed, who.by), feed.viewers, who.share)
                taken[highest & ((taken < 0) | (taken > i))] = i
        return taken

    def fixed(self, world: World, streams: Streams) -> NDArray[np.int16]:
        """Return int16[N]: the index of the rule that has each user for good, -1 for none."""
        if self._fixed is None:
            self._fixed = self.drawn(len(world.users), streams)
        return self._fixed

    def drawn(self, users: int, streams: Streams) -> NDArray[np.int16]:
        """Return the same int16[users] for a world that is not there yet."""
        taken = np.full(users, -1, np.int16)
        everybody = np.arange(users)
        for i, who in enumerate(self.rules):
            if who.kind == "named":
                named = np.array([u for u in who.named if u < users], np.int64)
                taken[named[taken[named] < 0]] = i
            elif who.kind in ("count", "share"):
                wanted = who.users if who.kind == "count" else round(who.share * users)
                free = everybody[taken < 0]
                # Whoever draws lowest: a user more in the population moves one place at most.
                order = np.argsort(streams.uniform(f"tier/{i}", user=free), kind="stable")
                taken[free[order[:wanted]]] = i
        return taken


def measure(world: World, feed: FeedBatch, by: str) -> NDArray[np.float64]:
    """Return float64[V]: how high each viewer of `feed` is on a measure of MEASURES.

    reach: followers. novelty: share of the shown posts by authors whom the viewer does not follow, in [0, 1].
    stakes: the most reactions (likes, dislikes, reposts and quotes, comments) that a shown post has had.
    """
    if by == "reach":
        return world.follows.followers[feed.viewers].astype(np.float64)
    shown = feed.posts >= 0
    rows = np.where(shown, world.posts.rows_of(feed.posts), 0)
    posts = world.posts
    if not len(posts):
        return np.zeros(len(feed))
    if by == "stakes":
        had = sum(
            (getattr(posts, name)[rows].astype(np.float64) for name in _REACTIONS), np.zeros(rows.shape)
        )
        most: NDArray[np.float64] = np.where(shown, had, 0.0).max(axis=1)
        return most
    authors = posts.author[rows]
    reader = np.broadcast_to(feed.viewers[:, None], rows.shape)
    known = world.follows.has(reader.reshape(-1), authors.reshape(-1)).reshape(rows.shape)
    strange = shown & ~known
    count: NDArray[Any] = np.maximum(shown.sum(axis=1), 1)
    share: NDArray[np.float64] = strange.sum(axis=1) / count
    return share


_REACTIONS = ("likes", "dislikes", "shares", "comments")


def _top(height: NDArray[np.float64], users: NDArray[np.int32], share: float) -> NDArray[np.bool_]:
    most = int(np.ceil(share * height.shape[0]))
    chosen = np.zeros(height.shape[0], np.bool_)
    chosen[np.lexsort((users, -height))[:most]] = True
    return chosen
