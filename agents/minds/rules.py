"""The rule mind: published attention, stance and opinion models, for every user of the world at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents import reading
from agents.opinions.base import OpinionModel
from agents.opinions.baumann import Baumann
from agents.spread.base import SpreadModel
from agents.spread.widened import widened
from agents.writing import COMMENT_TEXT, POST_TEXT, QUOTE_TEXT, Writing
from simapp.engine.core.batches import TIERS, ActionBatch, DecisionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

DEEDS = (
    "like_post",
    "dislike_post",
    "repost",
    "quote_post",
    "create_comment",
    "follow",
    "unfollow",
    "mute",
)
"""Action names by deed number of `agents.reading`."""


NUMBERS = 3000  # below what injected posts count down from (see simapp.engine.interventions)


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
    follows the herd by `herd` * score / (score + 1) on likes, writes as `writing` says and moves opinions as
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
    spread: SpreadModel | None = None
    name: str = "rules"

    def decide(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> DecisionBatch:
        """Return what feed.viewers do, in canonical order; who does nothing says so."""
        viewers = feed.viewers
        made, deed, target, whom, on = self._react(world, feed, streams, workers)
        writes = self._writes(world, viewers, streams)
        if self.spread is not None and world.rules.offered[self.codes["repost"]]:
            users, rows = self.spread.shares(world, viewers, streams, workers)
            made, deed, target, whom, on = widened(
                viewers, (made, deed, target, whom, on), users, rows, world.posts.topic[rows], reading.REPOSTING
            )
        if not world.rules.offered[self.codes["create_post"]]:
            writes[:] = False
        slots = np.arange(deed.shape[1])[None, :] < made[:, None]
        reading_viewer = np.nonzero(slots)[0]
        writer = np.flatnonzero(writes)
        idle = np.flatnonzero((made == 0) & ~writes)

        batch = ActionBatch.empty(reading_viewer.shape[0] + writer.shape[0] + idle.shape[0])
        a, b = reading_viewer.shape[0], reading_viewer.shape[0] + writer.shape[0]
        batch.actor[:a], batch.actor[a:b] = viewers[reading_viewer], viewers[writer]
        batch.actor[b:] = viewers[idle]
        code = np.array([self.codes[name] for name in DEEDS], np.uint8)
        batch.code[:a] = code[deed[slots]]
        batch.code[a:b], batch.code[b:] = self.codes["create_post"], self.codes["do_nothing"]
        batch.post[:a] = target[slots].astype(np.int64) + world.posts.base
        # What is written of one's own accord is number 0, whatever was read before it.
        batch.n[:a] = _numbers(world, streams, batch.actor[:a], deed[slots], target[slots])
        batch.user[:a] = whom[slots]
        batch.topic[:a] = on[slots]
        batch.topic[a:b] = self.writing.topics(world, batch.actor[a:b], streams)
        # A follow or mute names a user, not the post that prompted it.
        batch.post[batch.user >= 0] = -1
        for name, kind in (
            ("create_post", POST_TEXT),
            ("create_comment", COMMENT_TEXT),
            ("quote_post", QUOTE_TEXT),
        ):
            self._put_words(world, batch, self.codes[name], kind, streams)
        batch = batch.take(np.lexsort((batch.n, batch.actor)))
        return DecisionBatch(batch, np.full(len(batch), TIERS.index("rules"), np.uint8))

    def remember(
        self, world: World, feed: FeedBatch, decisions: DecisionBatch, streams: Streams, workers: Workers
    ) -> None:
        """Move opinions by what was read."""
        del decisions
        if self.opinion is not None:
            rows = world.posts.rows_of(feed.posts)
            key = streams.key("read", world.step)
            self.opinion.move(world, feed, rows, key, self.depth, streams, workers)

    def _writes(self, world: World, viewers: NDArray[np.int32], streams: Streams) -> NDArray[np.bool_]:
        own = None if self.spread is None else self.spread.authors(world, viewers, streams)
        return self.writing.authors(world, viewers, streams) if own is None else own

    def _react(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> Any:
        v, posts = len(feed), world.posts
        made = np.zeros(v, np.uint8)
        deed, target = np.zeros((v, reading.MOST), np.uint8), np.zeros((v, reading.MOST), np.int32)
        whom, on = np.full((v, reading.MOST), -1, np.int32), np.full((v, reading.MOST), -1, np.int16)
        rows = posts.rows_of(feed.posts)
        keys = np.array([streams.key(name, world.step) for name in (*DEEDS, "read")], np.uint64)
        offered = np.array([world.rules.offered[self.codes[name]] for name in DEEDS], np.bool_)
        rates, shown = self.rates.as_array(), world.shown_opinions()
        if self.spread is not None:
            rates[reading.REPOSTING] = 0.0
        workers.run(
            v,
            lambda lo, hi: reading.react(
                lo, hi, feed.viewers, rows, keys, rates, offered, self.depth, self.gate, self.herd, shown, posts.key,
                posts.author, posts.kind, posts.parent, posts.base, posts.topic, posts.stance, posts.appeal,
                posts.likes, posts.dislikes, world.follows.indptr, world.follows.followees, made, deed,
                target, whom, on, np.empty(reading.DEEDS, np.uint64),
            ),
        )  # fmt: skip
        return made, deed, target, whom, on

    def _put_words(self, world: World, batch: ActionBatch, code: int, kind: int, streams: Streams) -> None:
        rows = np.flatnonzero(batch.code == code)
        # A post of unknown topic cannot be answered on its topic: the answer is about the first.
        batch.topic[rows] = np.maximum(batch.topic[rows], 0)
        batch.text[rows], batch.stance[rows], batch.opinion[rows], batch.appeal[rows] = self.writing.say(
            world, batch.actor[rows], batch.n[rows], batch.topic[rows], kind, streams
        )


def _numbers(
    world: World, streams: Streams, actor: NDArray[Any], deed: NDArray[np.uint8], target: NDArray[np.int64]
) -> NDArray[np.uint16]:
    """Return n uint16[A] (1 .. NUMBERS) of deeds on post rows `target`; rows of an actor lie together.

    Drawn from the deed and the identity of the post. Counted, a post more in a feed would give what its
    reader writes on the others another identity, and with it other words, other readers, another fate.
    """
    # The deed goes where only authors beyond the 16 millionth have bits.
    item = world.posts.key[target] ^ (deed.astype(np.int64) << 56)
    n = 1 + streams.integers("deed/number", NUMBERS, step=world.step, user=actor, item=item)
    reading.tell_apart(np.ascontiguousarray(actor, np.int32), n, NUMBERS)
    return n.astype(np.uint16)


Here = RuleMind
