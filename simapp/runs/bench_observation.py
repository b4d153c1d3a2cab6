"""The observation that decisions are measured on: what an OASIS user sees, in a world of ours.

Five posts of 190 characters with three comments of 95 characters each, and OASIS's thirteen actions of Reddit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core import ids
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.clock import Clock
from simapp.engine.core.population import Population
from simapp.engine.core.posts import COMMENT, POST
from simapp.engine.core.rules import Rules
from simapp.engine.core.texts import Texts
from simapp.engine.core.world import World
from simapp.runs.assemble import CODES, text_pool
from simapp.scenarios.population.profiles import GeneratedProfiles

if TYPE_CHECKING:
    from simapp.engine.core.streams import Streams

ACTIONS = (
    "like_post", "dislike_post", "create_post", "create_comment", "like_comment", "dislike_comment", "search_posts",
    "search_user", "trend", "refresh", "do_nothing", "follow", "mute",
)  # fmt: skip
POSTS, POST_CHARACTERS = 5, 190
COMMENTS, COMMENT_CHARACTERS = 3, 95
TOPICS = ("housing", "transport", "climate", "schools", "health", "technology")
FEWEST_USERS = 30
_FOLLOWS = 20
_PER_USER = 2  # posts that each user has written


def observed(users: int, streams: Streams) -> tuple[World, FeedBatch]:
    """Return a world of `users` users (at least FEWEST_USERS) in which everybody is shown such a feed, and the feed."""
    world = _world(users, streams)
    _write(world, users * _PER_USER, users, streams)
    shape = (users, POSTS)
    feed = FeedBatch(
        np.arange(users, dtype=np.int32),
        np.zeros(shape, np.int64),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.uint8),
    )
    return world, redrawn(feed, world, streams)


def redrawn(feed: FeedBatch, world: World, streams: Streams) -> FeedBatch:
    """Return the feed with other posts, drawn for the world's step."""
    fifth = len(feed) * _PER_USER // POSTS  # posts of one feed differ: each place draws from a fifth of them
    drawn = streams.integers(
        "bench/feed", fifth, step=world.step, user=feed.viewers[:, None], item=np.arange(POSTS)
    )
    return replace(feed, posts=(drawn + np.arange(POSTS) * fifth).astype(np.int64))


def _world(users: int, streams: Streams) -> World:
    everybody = np.arange(users)
    age = (18 + streams.integers("bench/age", 60, user=everybody)).astype(np.int16)
    gender = (1 + streams.integers("bench/gender", 2, user=everybody)).astype(np.uint8)
    step = 1 + streams.integers("bench/follow", users - 1, user=everybody[:, None], item=np.arange(_FOLLOWS))
    edges = np.unique(
        ids.pair(np.broadcast_to(everybody[:, None], step.shape), (everybody[:, None] + step) % users)
    )
    population = Population(
        profiles=GeneratedProfiles(streams, gender, age, TOPICS),
        age=age,
        gender=gender,
        rhythm=np.zeros(users, np.int32),
        rhythms=np.ones((1, 24), np.float32),
        level=np.ones(users, np.float32),
        voice=np.ones(users, np.float32),
        opinions=streams.normal("bench/opinion", user=everybody[:, None], item=np.arange(len(TOPICS))),
        follower=(edges >> 32).astype(np.int32),
        followee=(edges & 0xFFFFFFFF).astype(np.int32),
        community=np.full(users, -1, np.int32),
    )
    offered = np.zeros(256, np.bool_)
    offered[[CODES[name] for name in ACTIONS]] = True
    world = World.found(
        population,
        clock=Clock(datetime(2026, 1, 5, tzinfo=UTC), 60),
        rules=Rules(offered=offered, allow_self_rating=True, show_score=True),
        topics=list(TOPICS),
        texts=Texts(text_pool(TOPICS).texts),
        opinion_scale=2.0,
    )
    world.step = 12
    return world


def _write(world: World, posts: int, users: int, streams: Streams) -> None:
    """Write the posts, and the comments below them."""
    rows = np.arange(posts)
    author = rows % users
    topic = streams.integers("bench/topic", len(TOPICS), item=rows)
    stance = np.clip(streams.normal("bench/stance", item=rows), -1, 1)
    serials = world.posts.append(
        key=ids.post_key(author, 1 + rows // users, 0),
        author=author,
        step=1 + rows // users,
        kind=np.full(posts, POST),
        root=rows,
        parent=np.full(posts, -1),
        topic=topic,
        stance=stance,
        text=_texts(world, posts, POST_CHARACTERS, 0),
        likes=streams.integers("bench/likes", 30, item=rows),
        dislikes=streams.integers("bench/dislikes", 10, item=rows),
        comments=np.full(posts, COMMENTS),
        appeal=np.full(posts, 0.03),
    )
    under = np.repeat(serials, COMMENTS)
    number = np.tile(np.arange(COMMENTS), posts)
    by = (np.repeat(author, COMMENTS) + 1 + number * 7) % users
    count = under.shape[0]
    world.posts.append(
        key=ids.post_key(by, 3 + np.repeat(rows // users, COMMENTS), 1 + number),
        author=by,
        step=3 + np.repeat(rows // users, COMMENTS),
        kind=np.full(count, COMMENT),
        root=under,
        parent=under,
        topic=np.repeat(topic, COMMENTS),
        stance=np.full(count, np.nan),
        text=_texts(world, count, COMMENT_CHARACTERS, 1),
        likes=streams.integers("bench/likes", 9, item=posts + np.arange(count)),
    )


def _texts(world: World, count: int, length: int, odd: int) -> list[int]:
    """Return ids of texts of exactly `length` characters, made of the grammar's."""
    pool, found = world.texts.pool, []
    for place in range(count):
        words = " ".join(world.texts[(place * 7 + part * 13 + odd) % pool] for part in range(4))
        while len(words) < length:
            words = f"{words} {words}"
        cut = words[:length]
        # A space at the end would be taken off, and the text be shorter than it should.
        found.append(world.texts.add(cut[:-1] + "." if cut.endswith(" ") else cut))
    return found
