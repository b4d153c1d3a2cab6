"""Typed changes at a step, made by the scenario or by a member; what they changed are events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from simapp.engine.actions.registry import code_of
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch, EventBatch
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World
from simapp.engine.record import Feed

MOST_FOLLOWED = "most_followed"
# From what a switch_feed says and the feed before it to the feed after it.
FeedFactory = Callable[[dict[str, Any], Feed], Feed]


@dataclass(frozen=True)
class Intervention:
    """One change: `kind` (inject_post, first_vote, switch_feed, rewire, set_bots, plant_fact, forget_fact, or an action
    of moderation), the step it is due at, its settings.

    inject_post: author (user id, or "most_followed": whoever is when the post is due), text, topic (index),
    stance (None: unknown), appeal.
    first_vote: until (last step), up and down (shares in [0, 1], up + down <= 1).
    switch_feed: preset, params, pipeline, group.
    Moderation: see moderation.py. rewire, set_bots: see rewiring.py, automation.py.
    plant_fact, forget_fact: see simapp/runs/planting.py.
    """

    kind: str
    at: int
    settings: dict[str, Any]


def injected_posts(world: World, due: list[Intervention]) -> ActionBatch:
    """Return the posts that interventions inject in this step, as requests by their authors."""
    posts = [i for i in due if i.kind == "inject_post"]
    batch = ActionBatch.empty(len(posts))
    of_author: Counter[int] = Counter()
    for row, change in enumerate(posts):
        s = change.settings
        # Ties go to the smallest number. Not looked up before it is due: a run that is resumed in between
        # would find somebody else.
        author = int(np.argmax(world.follows.followers) if s["author"] == MOST_FOLLOWED else s["author"])
        if not 0 <= author < len(world.users):
            msg = f"inject_post at step {change.at}: author {author} is not a user of this run"
            raise WrongInput(msg)
        batch.actor[row] = author
        batch.text[row] = world.texts.add(str(s["text"]))
        batch.topic[row] = int(s.get("topic", 0))
        stance = s.get("stance")
        batch.stance[row] = np.nan if stance is None else stance
        batch.opinion[row] = 0.0 if stance is None else native_opinion(world, float(stance))
        batch.appeal[row] = float(s.get("appeal") or 0.0)
        # Counted down from the top so that it never meets what the author's own mind writes, and for each
        # author apart, so that one injection more renames no other author's.
        of_author[author] += 1
        batch.n[row] = ids.MAX_PER_STEP - of_author[author]
    batch.code[:] = code_of("create_post")
    return batch


def native_opinion(world: World, stance: float) -> float:
    """Return the native opinion that is shown as `stance` in [-1, 1]."""
    if not world.opinion_scale:
        low, high = world.opinion_range
        return stance if (low, high) == (-1.0, 1.0) else low + (stance + 1.0) * (high - low) / 2.0
    return float(np.arctanh(np.clip(stance, -0.999, 0.999)) * world.opinion_scale)


def first_votes(world: World, plan: list[Intervention], first_new: int, streams: Streams) -> EventBatch:
    """Give posts written in this step (serials >= first_new) their drawn artificial first vote.

    Muchnik, Aral & Taylor 2013: comments were assigned at random to an up vote, a down vote or none
    at their creation. The draw is keyed by the post's identity. Votes are events of ids.SYSTEM.
    """
    running = [i for i in plan if i.kind == "first_vote" and i.at <= world.step <= int(i.settings["until"])]
    posts = world.posts
    lo = max(first_new - posts.base, 0)
    if not running or lo >= len(posts):
        return EventBatch.empty()
    rows = np.arange(lo, len(posts))
    rows = rows[posts.kind[rows] == 0]
    settings = running[-1].settings
    author, _, _ = ids.split_post_key(posts.key[rows])
    u = streams.uniform("first_vote", step=world.step, user=author, item=posts.key[rows])
    up, down = float(settings["up"]), float(settings["down"])
    arm = np.where(u < up, 1, np.where(u < up + down, -1, 0)).astype(np.int8)
    posts.arm[rows] = arm
    posts.likes[rows[arm == 1]] += 1
    posts.dislikes[rows[arm == -1]] += 1
    voted = rows[arm != 0]
    events = EventBatch.empty(voted.shape[0])
    events.actor[:] = ids.SYSTEM
    events.code[:] = np.where(posts.arm[voted] == 1, code_of("like_post"), code_of("dislike_post"))
    events.post[:] = posts.key[voted]
    events.target[:] = posts.key[voted]
    return events
