"""Small worlds built by hand, without the loop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from simapp.engine.core import ids
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.clock import Clock
from simapp.engine.core.population import ListedProfiles, Population, ProfileRow
from simapp.engine.core.posts import POST, REPOST
from simapp.engine.core.rules import Rules
from simapp.engine.core.streams import Streams
from simapp.engine.core.texts import Texts
from simapp.engine.core.world import World

CODES = {
    "create_post": 1, "create_comment": 2, "like_post": 3, "repost": 4, "quote_post": 5, "mute": 6, "follow": 7,
    "dislike_post": 8, "report_post": 9,
}  # fmt: skip
START = datetime(2026, 1, 5, tzinfo=UTC)


def population(users: int, follows: Iterable[tuple[int, int]] = ()) -> Population:
    """Users that differ in nothing; follows as (follower, followee)."""
    edges = np.array(sorted(set(follows)), np.int32).reshape(-1, 2)
    return Population(
        profiles=ListedProfiles([ProfileRow(f"u{i}", f"User {i}") for i in range(users)]),
        age=np.full(users, 30, np.int16),
        gender=np.zeros(users, np.uint8),
        rhythm=np.zeros(users, np.int32),
        rhythms=np.ones((1, 24), np.float32),
        level=np.ones(users, np.float32),
        voice=np.ones(users, np.float32),
        opinions=np.zeros((users, 1)),
        follower=edges[:, 0].copy(),
        followee=edges[:, 1].copy(),
        community=np.full(users, -1, np.int32),
    )


def found(
    users: int = 5,
    follows: Iterable[tuple[int, int]] = (),
    *,
    texts: Iterable[str] = (),
    minutes: int = 60,
    seen_memory: int = 20,
    hot_steps: int = 48,
) -> World:
    """A world at step 1 without posts."""
    world = World.found(
        population(users, follows),
        clock=Clock(START, minutes),
        rules=Rules(hot_steps=hot_steps, seen_memory=seen_memory),
        topics=["housing"],
        texts=Texts(texts),
    )
    world.step = 1
    return world


def write(
    world: World, author: int, *, step: int = 0, n: int = 0, kind: int = POST, of: int = -1, **more: Any
) -> int:
    """Append one post (or, with `of`, what refers to that serial); return its serial."""
    key = ids.post_key([author], [step], [n])
    root = world.posts.end
    if of >= 0:
        root = int(world.posts.root[of - world.posts.base])
    columns: dict[str, Any] = {"text": -1 if kind == REPOST else 0} | more
    columns = {name: [value] for name, value in columns.items()}
    serials = world.posts.append(
        key=key, author=[author], step=[step], kind=[kind], root=[root], parent=[of], **columns
    )
    return int(serials[0])


def feed_of(posts: Any) -> FeedBatch:
    """A feed of serials [V, k] for the users 0 .. V - 1."""
    posts = np.asarray(posts, np.int64)
    places = np.zeros(posts.shape)
    return FeedBatch(
        np.arange(posts.shape[0], dtype=np.int32), posts, places.astype(np.float32), places.astype(np.uint8)
    )


def busy(users: int = 60, posts: int = 400, steps: int = 12, seed: int = 3, **more: Any) -> World:
    """A world with random follows, posts, reposts, votes, mutes and seen posts, at step `steps`."""
    draws = Streams(seed)
    edges = [
        (u, int(v))
        for u in range(users - 1)  # the last user follows nobody
        for v in draws.integers("follow", users, user=u, item=np.arange(8))
        if int(v) != u
    ]
    texts = [f"{word} and {other}" for word in ("cats", "dogs", "trams", "rents") for other in range(40)]
    world = found(users, edges, texts=texts, **more)
    world.step = steps
    author = draws.integers("author", users, item=np.arange(posts))
    step = np.sort(draws.integers("step", steps, item=np.arange(posts)))
    kinds = draws.uniform("kind", item=np.arange(posts))
    of = draws.integers("of", 1 << 30, item=np.arange(posts))
    likes = draws.integers("likes", 6, item=np.arange(posts))
    dislikes = draws.integers("dislikes", 4, item=np.arange(posts))
    removed = draws.uniform("removed", item=np.arange(posts)) < 0.03
    counted: dict[tuple[int, int], int] = {}
    for i in range(posts):
        who, when = int(author[i]), int(step[i])
        n = counted[who, when] = counted.get((who, when), -1) + 1
        kind, parent = POST, -1
        if i > 20 and kinds[i] > 0.6:
            kind, parent = (REPOST, 2, 3)[int(i % 3)], int(of[i] % i)
        write(
            world, who, step=when, n=n, kind=kind, of=parent,
            text=-1 if kind == REPOST else i % 160, likes=likes[i], dislikes=dislikes[i], removed=removed[i],
        )  # fmt: skip
    muter = np.arange(0, users, 5)
    world.mutes.set(ids.pair(muter, (muter + 1) % users), 1)
    world.mute_count = muter.shape[0]
    shown = draws.integers(
        "seen", posts, user=np.arange(users)[:, None], item=np.arange(min(10, world.users.seen.shape[1]))
    )
    world.remember_seen(feed_of(shown))
    return world
