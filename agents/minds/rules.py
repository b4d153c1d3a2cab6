"""The rule mind: published attention, stance and opinion models, for every user of the world at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents import reading
from agents.deeds import DEEDS, Made, requests
from agents.opinions.base import OpinionModel
from agents.opinions.baumann import Baumann
from agents.spread.base import SpreadModel
from agents.spread.widened import widened
from agents.writing import Writing
from simapp.engine.core.batches import TIERS, DecisionBatch, EventBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@dataclass(frozen=True)
class Rates:
    """Base chances per read post, before the stance gate: see `agents.reading.react`.

    `repost` multiplies a post's own appeal (1 = the appeal is the chance).
    """

    like_post: float = 0.02
    dislike_post: float = 0.005
    repost: float = 1.0
    quote_post: float = 0.001
    create_comment: float = 0.004
    follow: float = 0.002
    unfollow: float = 0.0005
    mute: float = 0.0002

    def as_array(self) -> NDArray[np.float64]:
        """Return float64[DEEDS] in the order of DEEDS."""
        return np.array([getattr(self, name) for name in DEEDS], np.float64)


@dataclass
class RuleMind:
    """Reads from the top with a geometric stop, reacts through a stance gate exp(-|x_i - x_post| / gate),
    follows the herd by `herd` * score / (score + 1) on likes, reposts what is labelled or noted less by the share
    `heed`, writes as `writing` says and moves opinions as
    `opinion` says (None: opinions are constant). With `spread` a published model decides who reposts what, whatever
    the feed shows (None: reposts come from reading). `codes`: action codes by name, as the registry gives them.
    """

    codes: dict[str, int]
    writing: Writing
    rates: Rates = field(default_factory=Rates)
    opinion: OpinionModel | None = field(default_factory=Baumann)
    gate: float = 0.7
    depth: float = 12.0
    herd: float = 0.0
    heed: float = 0.0
    spread: SpreadModel | None = None
    name: str = "rules"

    def decide(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> DecisionBatch:
        """Return what feed.viewers do, in canonical order; who does nothing says so."""
        viewers = feed.viewers
        made = self._react(world, feed, streams, workers)
        writes = self._writes(world, viewers, streams)
        if self.spread is not None and world.rules.offered[self.codes["repost"]]:
            users, rows = self.spread.shares(world, viewers, streams, workers)
            read = (made.count, made.deed, made.target, made.whom, made.on)
            made = Made(*widened(viewers, read, users, rows, world.posts.topic[rows], reading.REPOSTING))
        if not world.rules.offered[self.codes["create_post"]]:
            writes[:] = False
        batch = requests(world, viewers, made, writes, self.codes, self.writing, streams)
        return DecisionBatch(batch, np.full(len(batch), TIERS.index("rules"), np.uint8))

    def remember(
        self,
        world: World,
        feed: FeedBatch,
        decisions: DecisionBatch,
        streams: Streams,
        workers: Workers,
        events: EventBatch | None = None,
    ) -> None:
        """Move opinions by what was read."""
        del decisions, events
        if self.opinion is not None:
            rows = world.posts.rows_of(feed.posts)
            key = streams.key("read", world.step)
            self.opinion.move(world, feed, rows, key, self.depth, streams, workers)

    def _writes(self, world: World, viewers: NDArray[np.int32], streams: Streams) -> NDArray[np.bool_]:
        own = None if self.spread is None else self.spread.authors(world, viewers, streams)
        return self.writing.authors(world, viewers, streams) if own is None else own

    def _react(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> Made:
        posts, made = world.posts, Made.nothing(len(feed))
        rows = posts.rows_of(feed.posts)
        keys = np.array([streams.key(name, world.step) for name in (*DEEDS, "read")], np.uint64)
        offered = np.array([world.rules.offered[self.codes[name]] for name in DEEDS], np.bool_)
        rates, shown = self.rates.as_array(), world.shown_opinions()
        if self.spread is not None:
            rates[reading.REPOSTING] = 0.0
        appeal = posts.appeal
        if self.heed > 0.0:
            marked = (posts.label >= 0) | (posts.note >= 0)
            appeal = np.where(marked, appeal * np.float32(1.0 - self.heed), appeal)
        workers.run(
            len(feed),
            lambda lo, hi: reading.react(
                lo, hi, feed.viewers, rows, keys, rates, offered, self.depth, self.gate, self.herd, shown, posts.key,
                posts.author, posts.kind, posts.parent, posts.base, posts.topic, posts.stance, appeal,
                posts.likes, posts.dislikes, world.follows.indptr, world.follows.followees, made.count, made.deed,
                made.target, made.whom, made.on, np.empty(reading.DEEDS, np.uint64),
            ),
        )  # fmt: skip
        return made


Here = RuleMind
