"""Small worlds to measure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core import cascades, ids
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.clock import Clock
from simapp.engine.core.follows import Follows
from simapp.engine.core.population import ListedProfiles, Population
from simapp.engine.core.posts import POST, REPOST, Posts
from simapp.engine.core.rules import Rules
from simapp.engine.core.texts import Texts
from simapp.engine.core.world import World
from simapp.metrics.registry import metric_named
from simapp.metrics.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simapp.engine.record import MetricPoint

CODES = {
    "create_post": 1,
    "create_comment": 2,
    "like_post": 3,
    "dislike_post": 5,
    "repost": 7,
    "quote_post": 8,
    "follow": 9,
    "unfollow": 10,
    "mute": 11,
}


def view_of(
    opinions: Sequence[float] | np.ndarray,
    edges: Sequence[tuple[int, int]] = (),
    posts: Posts | None = None,
    events: EventBatch | None = None,
    feed: Sequence[tuple[int, Sequence[int]]] = (),
) -> View:
    """Return a view of users with these opinions (float[N] or float[N, T]) and follower -> followee edges.

    feed: (viewer, serials shown), viewers ascending.
    """
    shown = np.asarray(opinions, np.float32)
    shown = shown.reshape(-1, 1) if shown.ndim == 1 else shown
    ends = np.asarray(edges, np.int32).reshape(-1, 2)
    follows = Follows.from_edges(shown.shape[0], ends[:, 0], ends[:, 1])
    return View(
        shown,
        follows.indptr,
        follows.followees,
        Posts() if posts is None else posts,
        EventBatch.empty() if events is None else events,
        CODES,
        feed=feed_of(*feed),
    )


def feed_of(*lists: tuple[int, Sequence[int]]) -> FeedBatch:
    """Return a feed from (viewer, serials shown)."""
    feed = FeedBatch.empty(len(lists), max((len(shown) for _, shown in lists), default=1))
    for i, (viewer, shown) in enumerate(lists):
        feed.viewers[i] = viewer
        feed.posts[i, : len(shown)] = shown
    return feed


def measured(name: str, view: View) -> MetricPoint:
    return metric_named(name).compute(view)


def events_of(*rows: tuple[int, str, int]) -> EventBatch:
    """Return events from (actor, action, outcome)."""
    events = EventBatch.empty(len(rows))
    for i, (actor, action, outcome) in enumerate(rows):
        events.actor[i], events.code[i], events.outcome[i] = actor, CODES[action], outcome
    return events


def votes_of(*rows: tuple[int, str, int]) -> EventBatch:
    """Return votes from (voter, action, author of the post)."""
    events = events_of(*((voter, action, 0) for voter, action, _ in rows))
    events.post[:] = ids.post_key([author for _, _, author in rows], 1, 0)
    return events


def write(posts: Posts, **columns: Sequence[int]) -> None:
    """Append original posts and plant their cascades."""
    count = len(columns["author"])
    own = np.arange(posts.end, posts.end + count)
    posts.append(
        **{"key": own + 1, "root": own, "parent": np.full(count, -1), "kind": np.full(count, POST), **columns}
    )
    cascades.plant(posts, posts.row(own))


def share(
    posts: Posts, root: int, parents: Sequence[int], authors: Sequence[int], kind: int = REPOST
) -> None:
    """Append shares of the cascade under `root`, each under the given parent serial."""
    count = len(parents)
    serials = posts.append(
        key=np.arange(count) + posts.end + 1_000,
        author=authors,
        root=np.full(count, root),
        parent=parents,
        kind=np.full(count, kind),
    )
    cascades.attach(posts, posts.row(serials))


def world_of(native: np.ndarray, edges: np.ndarray, *, scale: float = 0.0) -> World:
    """Return a world of N users with native opinions float[N, T] and follow edges int[M, 2]."""
    n, topics = native.shape
    population = Population(
        profiles=ListedProfiles([]),
        age=np.zeros(n, np.int16),
        gender=np.zeros(n, np.uint8),
        rhythm=np.zeros(n, np.int32),
        rhythms=np.ones((1, 24), np.float32),
        level=np.ones(n, np.float32),
        voice=np.ones(n, np.float32),
        opinions=native.astype(np.float64),
        follower=edges[:, 0].astype(np.int32),
        followee=edges[:, 1].astype(np.int32),
        community=np.full(n, -1, np.int32),
    )
    return World.found(
        population,
        clock=Clock(datetime(2026, 1, 1, tzinfo=UTC), 60),
        rules=Rules(seen_memory=0),
        topics=[f"topic {t}" for t in range(topics)],
        texts=Texts(),
        opinion_scale=scale,
    )
