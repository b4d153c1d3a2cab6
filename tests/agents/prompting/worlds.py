"""Worlds and feeds for prompts, built by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.asking import Reply
from agents.prompting.prompter import Prompter
from agents.text.kept import kept_pool
from agents.writing import Writing
from simapp.engine.actions.registry import all_actions, code_of
from simapp.engine.core.batches import ActionBatch, FeedBatch
from simapp.engine.core.cascades import attach, plant
from simapp.engine.core.population import ListedProfiles, ProfileRow
from simapp.engine.core.posts import COMMENT, QUOTE, REPOST
from simapp.engine.core.rules import Rules
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World
from tests.recommender.worlds import feed_of, found, write

POOL = kept_pool(["housing"], 1, 1100)
ACTIONS = tuple(all_actions().values())
STREAMS = Streams(11)
OFFERED = ("create_post", "create_comment", "like_post", "dislike_post", "repost", "quote_post", "follow", "mute",
           "like_comment", "search_posts")  # fmt: skip


def rules(*names: str, **more: Any) -> Rules:
    offered = np.zeros(256, np.bool_)
    offered[[code_of(name) for name in names or OFFERED]] = True
    return Rules(offered=offered, **more)


def prompter(**more: Any) -> Prompter:
    return Prompter(ACTIONS, Writing(POOL), **more)


def town(users: int = 6) -> tuple[World, FeedBatch]:
    """A post of user 1 with two comments, user 3's repost of it and user 4's quote, shown to everybody in this order.

    User 0 follows 1; the last user is shown nothing.
    """
    world = found(users, [(0, 1), (2, 1), (3, 4)])
    world.rules = rules()
    world.step = 5
    world.desk.profiles = ListedProfiles(
        [ProfileRow(f"u{i}", f"User {i}", persona=f"User {i}, a baker.") for i in range(users)]
    )
    texts = ["Build more homes.", "Not here!", "Yes, here.", "I agree with this"]
    text = [world.texts.add(words) for words in texts]
    post = write(world, 1, step=1, text=text[0], likes=3, shares=2, comments=2, topic=0, stance=0.5)
    write(world, 2, step=2, kind=COMMENT, of=post, text=text[1], topic=0)
    repost = write(world, 3, step=2, kind=REPOST, of=post, topic=0)
    write(world, 5, step=3, kind=COMMENT, of=post, text=text[2], topic=0)
    quote = write(world, 4, step=4, kind=QUOTE, of=post, text=text[3], topic=0, likes=1)
    plant(world.posts, np.array([post]))
    attach(world.posts, np.array([repost]))
    attach(world.posts, np.array([quote]))
    feed = feed_of([[post, repost, quote]] * (users - 1) + [[-1, -1, -1]])
    return world, feed


def acted(
    reply: str, world: World, feed: FeedBatch, made: Prompter | None = None, streams: Streams = STREAMS
) -> ActionBatch:
    """What everybody asks for who is given this reply."""
    made = made or prompter()
    questions = made.questions(world, feed, streams)
    answers = [made.deeds(question, Reply(reply, "answered", "m")) for question in questions]
    return made.actions(world, feed, questions, answers, streams)
