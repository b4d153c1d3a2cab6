"""Other feeds beside the one that users see: what they would have made of the same candidates, without a trace.

A shadow orders the very candidates that the active pipeline has for a viewer, after its filters, by its own scorers and
re-rankers. What shadows learn they keep apart in `world.extra`, under names that nothing that acts looks for, so that a
run with shadows has the digest of the run without them, also where a feed that learns is switched in later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.candidates import Candidates
from recommender.grouped import Grouped
from recommender.pipeline import WIDER, Pipeline
from recommender.select import pick
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

Feed = Pipeline | Grouped
Watch = Callable[[World, FeedBatch, int, Streams], None]
APART = "shadow/"


@contextmanager
def apart(world: World) -> Iterator[None]:
    """Let what shadows keep take the place of what the world keeps, while the block lasts."""
    kept = world.extra
    world.extra = {name.removeprefix(APART): array for name, array in kept.items() if name.startswith(APART)}
    try:
        yield
    finally:
        own, world.extra = world.extra, kept
        kept.update({APART + name: array for name, array in own.items()})


class Watched:
    """Implements `simapp.engine.record.Feed`: ranks as `feed` does; lets shadows learn; tells `watch` what was ranked.

    watch(world, batch, k, streams) hears of the first ranking of every step, before anything came of it.
    """

    def __init__(self, feed: Feed, shadows: Mapping[str, Pipeline], watch: Watch) -> None:
        self.feed, self.shadows, self.watch = feed, dict(shadows), watch
        self.name, self.sources, self.encoder = feed.name, feed.sources, feed.encoder
        self._fresh = False

    def prepare(self, world: World) -> None:
        """Lay the boards of the step, the active feed's first."""
        self.feed.prepare(world)
        with apart(world):
            for shadow in self.shadows.values():
                shadow.prepare(world)
        self._fresh = True

    def rank(
        self, world: World, viewers: NDArray[np.int32], k: int, streams: Streams, workers: Workers
    ) -> FeedBatch:
        """Return what the active feed returns."""
        batch = self.feed.rank(world, viewers, k, streams, workers)
        if self._fresh:
            self._fresh = False
            self.watch(world, batch, k, streams)
        return batch

    def learn(self, world: World, events: EventBatch, shown: FeedBatch | None = None) -> None:
        """Teach the active feed, then the shadows, which share what they learn."""
        self.feed.learn(world, events, shown)
        taught: set[str] = set()
        with apart(world):
            for shadow in self.shadows.values():
                shadow.learn(world, events, shown, taught)


def bare(feed: Any) -> Any:
    """Return a feed without those that watch it."""
    while isinstance(feed, Watched):
        feed = feed.feed
    return feed


def ordered(
    shadow: Pipeline,
    active: Pipeline,
    world: World,
    viewers: NDArray[np.int32],
    k: int,
    streams: Streams,
    depth: int | None = None,
) -> FeedBatch:
    """Return the feeds that `shadow` makes of what `active` considers for feeds of k places.

    depth: how many places (None = k). Sources are those of `active`; its places for strangers are no longer kept
    for them.
    """
    own = active.turn(world, k, streams)
    candidates = active.candidates(own, active.pools(own), viewers)
    candidates = candidates.only(active.kept(own, candidates))
    with apart(world):
        return _order(shadow, world, candidates, depth or k, streams)


def _order(shadow: Pipeline, world: World, candidates: Candidates, k: int, streams: Streams) -> FeedBatch:
    turn = shadow.turn(world, k, streams)
    scores = shadow.scores(turn, candidates)
    places = k * WIDER if shadow.rerankers else k
    shape = (candidates.viewers.shape[0], places)
    rows, best, source = np.empty(shape, np.int32), np.empty(shape), np.empty(shape, np.uint8)
    nobody = np.zeros(shape[0], np.bool_)
    pick(
        candidates.viewers, candidates.indptr, candidates.rows, candidates.source, scores, turn.board.original,
        turn.draws, world.posts.key, streams.key("feed/tie"), shadow.recipe.ties == "viewer", -1, 0, nobody, -1, 0.0,
        rows, best, source, nobody.copy(),
    )  # fmt: skip
    posts = np.where(rows >= 0, rows.astype(np.int64) + world.posts.base, -1)
    feed = FeedBatch(candidates.viewers, posts, best.astype(np.float32), source)
    for reranker in shadow.rerankers:
        feed = reranker.rerank(turn, feed)
    return FeedBatch(feed.viewers, feed.posts[:, :k], feed.scores[:, :k], feed.sources[:, :k])


def compared(
    feed: Feed, shadows: Mapping[str, Pipeline], world: World, batch: FeedBatch, streams: Streams
) -> dict[str, dict[str, float | None]]:
    """Return figures of the feeds of a batch, under the active feed's own name "active", and of each shadow's.

    overlap: mean share of the active feed's posts that the shadow shows too (originals count). gini: of
    impressions over all users as authors, those without any included. stance: mean stance of what is shown.
    cross_cutting: share of impressions whose stance has the other sign than the viewer's opinion on the first
    topic. novelty: mean of log2(users / (1 + likes + shares)), at least 0 (the self-information of Zhou et al.
    2010, PNAS 107). None where nothing is shown.
    """
    k = batch.posts.shape[1]
    parts = _by_pipeline(feed, world, batch, streams)
    lists = {"active": batch}
    for name, shadow in shadows.items():
        out = FeedBatch.empty(len(batch), k)
        out.viewers[:] = batch.viewers
        for active, mine in parts:
            made = ordered(shadow, active, world, batch.viewers[mine], k, streams)
            out.posts[mine] = made.posts
        lists[name] = out
    original = parts[0][0].turn(world, k, streams).board.original if len(world.posts) else np.zeros(0, np.int32)
    seen = {name: _originals(world, lists[name].posts, original) for name in lists}
    return {name: _figures(world, batch.viewers, seen[name], seen["active"]) for name in lists}


def _by_pipeline(
    feed: Feed, world: World, batch: FeedBatch, streams: Streams
) -> list[tuple[Pipeline, NDArray[np.int64]]]:
    if isinstance(feed, Pipeline):
        return [(feed, np.arange(len(batch)))]
    of = feed.members(world, batch.viewers, streams)
    return [(pipeline, np.flatnonzero(of == number)) for number, pipeline in enumerate(feed.feeds)]


def _originals(world: World, posts: NDArray[np.int64], original: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return int64[V, k]: the row that each place shows, -1 where it is empty."""
    rows = world.posts.row(posts.ravel()).reshape(posts.shape)
    if not original.shape[0]:
        return np.full(posts.shape, -1, np.int64)
    return np.where(rows >= 0, original[np.maximum(rows, 0)], -1).astype(np.int64)


def _figures(
    world: World, viewers: NDArray[np.int32], shown: NDArray[np.int64], active: NDArray[np.int64]
) -> dict[str, float | None]:
    held = shown >= 0
    rows = shown[held]
    if not rows.shape[0]:
        return dict.fromkeys(("overlap", "gini", "stance", "cross_cutting", "novelty"))
    both = (active[:, :, None] == shown[:, None, :]) & (active >= 0)[:, :, None]
    ours, full = both.any(axis=2).sum(axis=1), (active >= 0).sum(axis=1)
    posts, users = world.posts, len(world.users)
    author = posts.author[rows]
    reach = np.sort(np.bincount(author[author < users], minlength=users)).astype(np.float64)
    place = np.arange(1, users + 1)
    total = float(reach.sum())
    stance = posts.stance[rows].astype(np.float64)
    opinion = world.shown_opinions()[viewers, 0].astype(np.float64)
    mine = np.repeat(opinion, held.sum(axis=1))
    taken = (stance != 0) & (mine != 0) & np.isfinite(stance)
    popular = 1.0 + posts.likes[rows] + posts.shares[rows]
    figures: dict[str, Any] = {
        "overlap": (ours[full > 0] / full[full > 0]).mean() if (full > 0).any() else None,
        "gini": ((2 * place - users - 1) * reach).sum() / (users * total) if total else None,
        "stance": stance[np.isfinite(stance)].mean() if np.isfinite(stance).any() else None,
        "cross_cutting": (np.sign(stance[taken]) != np.sign(mine[taken])).mean() if taken.any() else None,
        "novelty": np.maximum(np.log2(users / popular), 0.0).mean(),
    }
    return {name: None if value is None else float(value) for name, value in figures.items()}


def ranks_elsewhere(
    feed: Feed, shadows: Mapping[str, Pipeline], world: World, viewer: int, posts: list[int], k: int, depth: int,
    streams: Streams,
) -> dict[str, list[int | None]]:
    """Return by shadow each post's (serial's) place from 0 among the viewer's candidates, None beyond `depth`."""
    active = feed if isinstance(feed, Pipeline) else feed.of(world, viewer, streams)
    viewers = np.array([viewer], np.int32)
    found: dict[str, list[int | None]] = {}
    for name, shadow in shadows.items():
        with apart(world):
            original = shadow.turn(world, k, streams).board.original
        made = ordered(shadow, active, world, viewers, k, streams, depth)
        shown = _originals(world, made.posts, original)[0].tolist()
        asked = _originals(world, np.array([posts], np.int64), original)[0].tolist()
        found[name] = [shown.index(row) if row >= 0 and row in shown else None for row in asked]
    return found
