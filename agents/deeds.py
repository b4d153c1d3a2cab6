"""From what readers make of posts to requests: the half of a decision that minds of every kind share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents import reading
from agents.writing import COMMENT_TEXT, POST_TEXT, QUOTE_TEXT, Writing
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.streams import Streams
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
class Made:
    """What V readers make of what they read: count uint8[V], and for each [V, MOST] deed uint8, target int32 (post
    row), whom int32 (-1 none), on int16 (topic, -1 unknown)."""

    count: NDArray[np.uint8]
    deed: NDArray[np.uint8]
    target: NDArray[np.int32]
    whom: NDArray[np.int32]
    on: NDArray[np.int16]

    @classmethod
    def nothing(cls, readers: int) -> Made:
        """Return room for what `readers` readers will make."""
        shape = (readers, reading.MOST)
        return cls(
            np.zeros(readers, np.uint8),
            np.zeros(shape, np.uint8),
            np.zeros(shape, np.int32),
            np.full(shape, -1, np.int32),
            np.full(shape, -1, np.int16),
        )


def requests(
    world: World,
    viewers: NDArray[np.int32],
    made: Made,
    writes: NDArray[np.bool_],
    codes: dict[str, int],
    writing: Writing,
    streams: Streams,
) -> ActionBatch:
    """Return what viewers int32[V] do in canonical order: their deeds, a post where `writes` bool[V], words from
    the grammar. Who does nothing says so. `codes`: action codes by name."""
    slots = np.arange(made.deed.shape[1])[None, :] < made.count[:, None]
    deed, target = made.deed[slots], made.target[slots]
    reader, writer = np.nonzero(slots)[0], np.flatnonzero(writes)
    idle = np.flatnonzero((made.count == 0) & ~writes)

    batch = ActionBatch.empty(reader.shape[0] + writer.shape[0] + idle.shape[0])
    a, b = reader.shape[0], reader.shape[0] + writer.shape[0]
    batch.actor[:a], batch.actor[a:b], batch.actor[b:] = viewers[reader], viewers[writer], viewers[idle]
    code = np.array([codes[name] for name in DEEDS], np.uint8)
    batch.code[:a] = code[deed]
    batch.code[a:b], batch.code[b:] = codes["create_post"], codes["do_nothing"]
    batch.post[:a] = target.astype(np.int64) + world.posts.base
    # What is written of one's own accord is number 0, whatever was read before it.
    batch.n[:a] = _numbers(world, streams, batch.actor[:a], deed, target)
    batch.user[:a], batch.topic[:a] = made.whom[slots], made.on[slots]
    batch.topic[a:b] = writing.topics(world, batch.actor[a:b], streams)
    # A follow or mute names a user, not the post that prompted it.
    batch.post[batch.user >= 0] = -1
    for name, kind in (
        ("create_post", POST_TEXT),
        ("create_comment", COMMENT_TEXT),
        ("quote_post", QUOTE_TEXT),
    ):
        rows = np.flatnonzero(batch.code == codes[name])
        # A post of unknown topic cannot be answered on its topic: the answer is about the first.
        batch.topic[rows] = np.maximum(batch.topic[rows], 0)
        batch.text[rows], batch.stance[rows], batch.opinion[rows], batch.appeal[rows] = writing.say(
            world, batch.actor[rows], batch.n[rows], batch.topic[rows], kind, streams
        )
    return batch.take(np.lexsort((batch.n, batch.actor)))


def _numbers(
    world: World, streams: Streams, actor: NDArray[Any], deed: NDArray[np.uint8], target: NDArray[Any]
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
