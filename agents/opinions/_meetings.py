"""Who meets whom in a step, for models in which opinions move pair by pair, one meeting after another.

Between people, every active user starts meetings at the ticks of a clock of its own (a Poisson process), which
is the published "N random pairs per sweep" in continuous time. So a user more or less gives nobody else other
meetings, and order is by time. In a feed every post that is read is a meeting that moves its reader alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.reading import read_depth
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.world import World


@dataclass(frozen=True)
class Meetings:
    """E meetings in the order in which they happen.

    user int32[E] starts it; other int32[E] is met; topic int16[E] it is about, -1: all topics; said float64[E]:
    the native opinion that was read, NaN: what the other thinks at that moment (and then both may move); name
    int64[E] tells a user's meetings apart: the key of the post, or which tick of the clock it was.
    """

    user: NDArray[np.int32]
    other: NDArray[np.int32]
    topic: NDArray[np.int16]
    said: NDArray[np.float64]
    name: NDArray[np.int64]


def meetings(
    world: World,
    feed: FeedBatch,
    rows: NDArray[np.int32],
    read_key: np.uint64,
    depth: float,
    contacts: str,
    rate: float,
    streams: Streams,
) -> Meetings:
    """Return the step's meetings; `rate` >= 0 is the mean number that an active user starts (not in a feed)."""
    if contacts == "feed":
        return _read(world, feed, rows, read_key, depth)
    user, nth = ticks(world, feed.viewers, rate, streams)
    other = np.empty(user.shape[0], np.int32)
    everyone = contacts == "everyone"
    follows = world.follows
    _partners(
        streams.key("opinion/partner", world.step), user, nth, everyone, len(world.users), follows.indptr,
        follows.followees, other,
    )  # fmt: skip
    met = other >= 0
    many = int(np.count_nonzero(met))
    return Meetings(
        user[met], other[met], np.full(many, -1, np.int16), np.full(many, np.nan), nth[met].astype(np.int64)
    )


def ticks(
    world: World, viewers: NDArray[np.int32], rate: float, streams: Streams
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return (user int32[E], which of the user's ticks int32[E]) of this step in order of time."""
    counts = np.empty(viewers.shape[0], np.int64)
    _count_ticks(streams.key("opinion/ticks", world.step), viewers, rate, counts)
    starts = np.concatenate([[0], np.cumsum(counts)])
    user = np.repeat(viewers, counts)
    nth = (np.arange(starts[-1]) - np.repeat(starts[:-1], counts)).astype(np.int32)
    order = np.argsort(streams.uniform("opinion/time", step=world.step, user=user, item=nth), kind="stable")
    return user[order], nth[order]


@njit(cache=True, nogil=True)
def _count_ticks(key: Any, viewers: Any, rate: Any, out: Any) -> None:
    """Fill out int64[V] with Poisson numbers by inversion."""
    for v in range(viewers.shape[0]):
        u = draw(key, viewers[v], 0)
        n, p = 0, np.exp(-rate)
        below = p
        while u >= below and n < 10_000:
            n += 1
            p *= rate / n
            below += p
        out[v] = n


@njit(cache=True, nogil=True)
def _partners(
    key: Any, user: Any, nth: Any, everyone: Any, users: Any, indptr: Any, followees: Any, other: Any
) -> None:
    for e in range(user.shape[0]):
        u = user[e]
        first, many = (0, users - 1) if everyone else (indptr[u], indptr[u + 1] - indptr[u])
        if many < 1:
            other[e] = -1
            continue
        pick = first + min(np.int64(draw(key, u, nth[e]) * many), many - 1)
        if everyone:
            other[e] = pick + 1 if pick >= u else pick
        else:
            other[e] = followees[pick]


def _read(
    world: World, feed: FeedBatch, rows: NDArray[np.int32], read_key: np.uint64, depth: float
) -> Meetings:
    posts = world.posts
    room = int(np.count_nonzero(rows >= 0))
    user, other = np.empty(room, np.int32), np.empty(room, np.int32)
    topic, said, name = np.empty(room, np.int16), np.empty(room, np.float64), np.empty(room, np.int64)
    made = _read_posts(
        feed.viewers, rows, read_key, depth, posts.key, posts.author, posts.topic, posts.opinion, posts.stance,
        user, other, topic, said, name,
    )  # fmt: skip
    return Meetings(user[:made], other[:made], topic[:made], said[:made], name[:made])


@njit(cache=True, nogil=True)
def _read_posts(
    viewers: Any, rows: Any, key: Any, depth: Any, post: Any, author: Any, topic: Any, opinion: Any, stance: Any,
    user: Any, other: Any, about: Any, said: Any, name: Any,
) -> Any:  # fmt: skip
    made = 0
    for v in range(viewers.shape[0]):
        shown = 0
        while shown < rows.shape[1] and rows[v, shown] >= 0:
            shown += 1
        for r in range(read_depth(key, viewers[v], shown, depth)):
            row = rows[v, r]
            if topic[row] < 0 or np.isnan(stance[row]) or author[row] == viewers[v]:
                continue
            user[made], other[made] = viewers[v], author[row]
            about[made], said[made], name[made] = topic[row], opinion[row], post[row]
            made += 1
    return made
