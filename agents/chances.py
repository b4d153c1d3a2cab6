"""What a rule mind's rules made of a feed: how far it was read, and how likely each deed was, post by post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents import reading
from agents.deeds import DEEDS
from simapp.engine.core.posts import REPOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.minds.rules import RuleMind
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.world import World


@dataclass(frozen=True)
class Chances:
    """gate: how near the post is to the reader, 1 nearest; by_deed: probability of each deed that is offered and can
    be done (who is followed cannot be followed again), had the post been read."""

    gate: float
    by_deed: dict[str, float]


def read_of(mind: RuleMind, world: World, viewer: int, shown: int, streams: Streams) -> int:
    """Return how many of the `shown` posts of a feed the viewer reads in the world's present step."""
    return int(reading.read_depth(streams.key("read", world.step), viewer, shown, mind.depth))


def chances_of(mind: RuleMind, world: World, viewer: int, serials: Sequence[int]) -> list[Chances | None]:
    """Return what `agents.reading.react` compares its draws with, by post; None for a post that has left the window.

    The world must be as it was when the feed was read. One viewer's feed at a time: for looking, not for a step.
    """
    return [_chances(mind, world, viewer, int(row)) for row in world.posts.row(np.asarray(serials, np.int64))]


def _chances(mind: RuleMind, world: World, viewer: int, row: int) -> Chances | None:
    posts, follows, rates = world.posts, world.follows, mind.rates
    original = row
    while original >= 0 and posts.kind[original] == REPOST:
        original = int(posts.parent[original]) - posts.base
    if row < 0 or original < 0:
        return None
    about, stance = int(posts.topic[row]), float(posts.stance[row])
    gate = 1.0
    if about >= 0 and not np.isnan(stance):
        gate = float(np.exp(-abs(float(world.shown_opinions()[viewer, about]) - stance) / mind.gate))
    score = int(posts.likes[original]) - int(posts.dislikes[original])
    liked = rates.like_post * gate * (1.0 + mind.herd * score / (score + 1.0) if mind.herd > 0 and score > 0 else 1.0)
    replied = float(np.sqrt(np.sqrt(gate)))
    writer, sharer = int(posts.author[original]), int(posts.author[row])

    def followed(user: int) -> bool:
        known = user < len(world.users)
        return known and bool(reading.follows(follows.indptr, follows.followees, viewer, user))

    found = {
        "like_post": liked,
        "dislike_post": rates.dislike_post * (1.0 - gate),
        "repost": 0.0 if mind.spread is not None else rates.repost * float(posts.appeal[original]) * gate,
        "quote_post": rates.quote_post * replied,
        "create_comment": rates.create_comment * replied,
        "follow": 0.0 if writer == viewer or followed(writer) else rates.follow * gate,
        "unfollow": rates.unfollow * (1.0 - gate) if sharer != viewer and followed(sharer) else 0.0,
        "mute": rates.mute * (1.0 - gate) if sharer != viewer else 0.0,
    }
    offered = world.rules.offered
    by_deed = {name: min(found[name], 1.0) for name in DEEDS if offered[mind.codes[name]] and found[name] > 0}
    return Chances(gate, by_deed)
