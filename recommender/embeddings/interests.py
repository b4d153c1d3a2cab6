"""What users are interested in: vectors that follow the texts they react to.

In the world: `extra["feed/text_vectors"]` int8[>= texts, D] with `extra["feed/have"]` bool[same] telling
which texts are encoded; `extra["feed/interest"]` int8[N, D], all zeros for a user who has not
reacted to anything. Only the direction of an interest counts, so its largest component is +-127.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.embeddings.store import TextVectors
from simapp.engine.core.batches import EventBatch
from simapp.engine.core.posts import REPOST, Posts
from simapp.engine.core.world import World

VECTORS, HAVE, INTEREST = "feed/text_vectors", "feed/have", "feed/interest"
LEARNED_FROM = ("create_post", "create_comment", "like_post", "repost", "quote_post")


@njit(cache=True, nogil=True)
def _follow(interest: Any, users: Any, texts: Any, vectors: Any, rate: Any) -> None:
    """Move interests towards texts, one event after the other; rows of one user are in their order."""
    size = vectors.shape[1]
    mixed = np.empty(size)
    for e in range(users.shape[0]):
        old, new = interest[users[e]], vectors[texts[e]]
        # Squared lengths are whole numbers: exact, whatever order they are summed in.
        a, b = np.int64(0), np.int64(0)
        for j in range(size):
            a += np.int64(old[j]) * np.int64(old[j])
            b += np.int64(new[j]) * np.int64(new[j])
        if b == 0:
            continue
        keep = (1.0 - rate) / np.sqrt(np.float64(a)) if a else 0.0
        take = (rate if a else 1.0) / np.sqrt(np.float64(b))
        largest = 0.0
        for j in range(size):
            mixed[j] = keep * old[j] + take * new[j]
            largest = max(largest, abs(mixed[j]))
        if largest == 0.0:  # exactly opposite directions cancelled out: nothing is known again
            old[:] = 0
            continue
        scale = 127.0 / largest
        for j in range(size):
            old[j] = np.int8(np.rint(mixed[j] * scale))


@njit(cache=True, nogil=True)
def _rows_of(keys: Any, wanted: Any, out: Any) -> None:
    # wanted is sorted; most posts of the window are not wanted, so one pass over the window suffices.
    for r in range(keys.shape[0]):
        i = np.searchsorted(wanted, keys[r])
        if i < wanted.shape[0] and wanted[i] == keys[r]:
            out[i] = r


def ensure(world: World, size: int) -> None:
    """Make room in `world.extra` for every text and user."""
    extra, texts = world.extra, len(world.texts)
    if INTEREST not in extra:
        extra[INTEREST] = np.zeros((len(world.users), size), np.int8)
    held = extra[HAVE].shape[0] if HAVE in extra else 0
    if held < texts or HAVE not in extra:
        rows = max(texts, held + held // 2)
        vectors, have = np.zeros((rows, size), np.int8), np.zeros(rows, np.bool_)
        if held:
            vectors[:held], have[:held] = extra[VECTORS], extra[HAVE]
        extra[VECTORS], extra[HAVE] = vectors, have


def encode(world: World, source: TextVectors, wanted: NDArray[np.int32]) -> int:
    """Encode those of the text ids int32[A] (-1 ignored) that are not yet; return how many were new."""
    ensure(world, source.encoder.dimensions)
    distinct = np.unique(wanted[wanted >= 0])
    new = distinct[~world.extra[HAVE][distinct]]
    if new.shape[0]:
        world.extra[VECTORS][new] = source.vectors([world.texts[int(t)] for t in new])
        world.extra[HAVE][new] = True
    return int(new.shape[0])


def learn(
    world: World, events: EventBatch, source: TextVectors, codes: Mapping[str, int], rate: float
) -> None:
    """Move each user's interest a share `rate` of the way to every text they wrote, liked or reposted.

    Events count in the order (actor, n), so their order in the batch cannot show, and two batches give
    what one gives. Undone reactions are not unlearned; refused ones teach nothing.
    """
    ensure(world, source.encoder.dimensions)
    taught = np.array([codes[name] for name in LEARNED_FROM if name in codes], np.uint8)
    mine = (events.outcome == 0) & np.isin(events.code, taught) & (events.actor < len(world.users))
    chosen = events.take(mine & (events.actor >= 0))
    chosen = chosen.take(np.lexsort((chosen.n, chosen.actor)))
    text = np.where(chosen.text >= 0, chosen.text, _text_of(world.posts, chosen.post, chosen.target))
    known = text >= 0
    users, text = chosen.actor[known], text[known].astype(np.int32)
    encode(world, source, text)
    _follow(world.extra[INTEREST], users, text, world.extra[VECTORS], rate)


def _text_of(posts: Posts, post: NDArray[np.int64], target: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return text ids int32[E] of what was acted on: the text of the target, else of the post; -1 unknown."""
    wanted, place = np.unique(np.concatenate([target, post]), return_inverse=True)
    rows = np.full(wanted.shape[0], -1, np.int64)
    _rows_of(posts.key, wanted, rows)
    text = np.full(wanted.shape[0], -1, np.int32)
    for _ in range(posts.key.shape[0]):  # a repost has no text of its own: climb to what it shows
        found = rows >= 0
        text[found] = posts.text[rows[found]]
        climbing = found & (posts.kind[np.maximum(rows, 0)] == REPOST)
        if not climbing.any():
            break
        rows = np.where(climbing, posts.row(posts.parent[np.maximum(rows, 0)]), -1)
    by_target, by_post = text[place[: target.shape[0]]], text[place[target.shape[0] :]]
    return np.where(by_target >= 0, by_target, by_post).astype(np.int32)
