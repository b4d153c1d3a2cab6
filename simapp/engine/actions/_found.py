"""Finding posts and users for those who search: one pass per distinct query, then a list for each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.actions.base import Answer
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.pairmap import flags_of
from simapp.engine.core.posts import POST, QUOTE
from simapp.engine.core.world import World

TREND_DAYS = 7
_LONGEST_NUMBER = 19

Lists = list[NDArray[np.int64]]


@njit(cache=True, nogil=True)
def _serve(
    query: Any, actor: Any, mutes: Any, indptr: Any, hits: Any, owner: Any, keys: Any, flags: Any, out: Any
) -> None:
    for a in range(query.shape[0]):
        n = 0
        for j in range(indptr[query[a]], indptr[query[a] + 1]):
            if n == out.shape[1]:
                break
            if mutes and flags_of(keys, flags, (np.int64(actor[a]) << 32) | np.int64(owner[j])) & 1:
                continue
            out[a, n] = hits[j]
            n += 1


def served(
    world: World, batch: ActionBatch, of: NDArray[np.int64], lists: Lists, owners: Lists, most: int
) -> Answer:
    """Return the first `most` of list of[a] for each request, without those whose owner the actor has muted."""
    hits = np.concatenate([np.zeros(0, np.int64), *lists])
    owner = np.concatenate([np.zeros(0, np.int64), *owners])
    indptr = np.concatenate([[0], np.cumsum([found.shape[0] for found in lists])]).astype(np.int64)
    out = np.full((len(batch), most), -1, np.int64)
    keys, flags = world.mutes.table
    _serve(of, batch.actor, world.mute_count > 0, indptr, hits, owner, keys, flags, out)
    return Answer.of(out)


def per_query(
    world: World, batch: ActionBatch, find: Callable[[str], NDArray[np.int64]]
) -> tuple[NDArray[np.int64], Lists]:
    """Return (list of each request int64[A], hits of each distinct query); a request without text finds nothing."""
    queries, of = np.unique(batch.text, return_inverse=True)
    nothing = np.zeros(0, np.int64)
    return of.astype(np.int64), [find(world.texts[int(q)]) if q >= 0 else nothing for q in queries]


def ranked_posts(world: World) -> NDArray[np.int64]:
    """Return rows int64[R] of the posts and quotes in the window that can be found, best first.

    Demoted ones come last; then by likes, newest first, and by key.
    """
    posts = world.posts
    rows = np.flatnonzero((posts.kind == POST) | (posts.kind == QUOTE))
    rows = rows[~world.hidden(rows)]
    order = np.lexsort((posts.key[rows], -posts.step[rows], -posts.likes[rows], posts.demoted[rows]))
    return rows[order]


def posts_about(world: World, batch: ActionBatch, most: int) -> Answer:
    """Answer searches for posts."""
    posts = world.posts
    ranked = ranked_posts(world)
    text, author, key = posts.text[ranked], posts.author[ranked], posts.key[ranked]

    def find(query: str) -> NDArray[np.int64]:
        holds = np.zeros(len(world.texts) + 1, np.bool_)  # the last place stands for posts without words
        holds[world.texts.holding(query)] = True
        hit = holds[text]
        number = _number(query)
        if number is not None:
            hit |= (author == number) | (key == number)
        return np.flatnonzero(hit)

    of, places = per_query(world, batch, find)
    serials = [ranked[p] + posts.base for p in places]
    return served(world, batch, of, serials, [author[p].astype(np.int64) for p in places], most)


def trending_posts(world: World, batch: ActionBatch, most: int) -> Answer:
    """Answer who asks for the most liked posts of the last seven days."""
    posts = world.posts
    ranked = ranked_posts(world)
    age = (world.step - posts.step[ranked].astype(np.int64)) * world.clock.minutes_per_step
    ranked = ranked[(posts.demoted[ranked] == 0) & (age <= TREND_DAYS * 24 * 60)]
    of = np.zeros(len(batch), np.int64)
    return served(world, batch, of, [ranked + posts.base], [posts.author[ranked].astype(np.int64)], most)


def users_called(world: World, batch: ActionBatch, most: int) -> Answer:
    """Answer searches for users: the number, a whole handle or name, a part of one, the bio, in this order."""
    users, followers = len(world.users), world.follows.followers

    def find(query: str) -> NDArray[np.int64]:
        level = np.full(users, 9, np.uint8)
        for place, found in reversed(list(enumerate(world.desk.named(query)))):
            level[found] = place + 1
        number = _number(query)
        if number is not None and number < users:
            level[number] = 0
        hits = np.flatnonzero((level < 9) & (world.users.suspended == 0))
        return hits[np.lexsort((hits, -followers[hits], level[hits]))]

    of, hits = per_query(world, batch, find)
    return served(world, batch, of, hits, hits, most)


def feeds(world: World, batch: ActionBatch) -> Answer:
    """Answer who asks for the feed: what the run's ranking would show now, in rank order."""
    known = (batch.actor >= 0) & (batch.actor < len(world.users)) & (batch.actor != ids.SYSTEM)
    viewers, of = np.unique(batch.actor[known], return_inverse=True)
    if world.desk.serve is None or not viewers.shape[0]:
        return Answer.nothing(len(batch))
    feed = world.desk.serve(viewers.astype(np.int32))
    out = np.full((len(batch), feed.posts.shape[1]), -1, np.int64)
    out[known] = feed.posts[of]
    return Answer.of(out)


def _number(query: str) -> int | None:
    """Return the whole number that a query is, None when it is none or too long for an identity."""
    text = query.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        return None
    return int(text) if int(text) < 1 << 63 else None
