"""What can be shown in a step, worked out once for all viewers."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.posts import REPOST
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _originals(kind: Any, parent: Any, base: Any, repost: Any, out: Any) -> None:
    # A parent is older than its repost, so its own original is known when the repost is reached.
    for r in range(kind.shape[0]):
        if kind[r] != repost:
            out[r] = r
            continue
        p = parent[r] - base
        out[r] = out[p] if 0 <= p < r else -1


def originals_of(world: World) -> NDArray[np.int32]:
    """Return int32[H]: the row that each hot post shows; -1 where that has left the window."""
    posts = world.posts
    original = np.empty(len(posts), np.int32)
    _originals(posts.kind, posts.parent, np.int64(posts.base), np.uint8(REPOST), original)
    return original


@dataclass
class Board:
    """The hot posts of one world at one step; H = number of hot posts.

    original int32[H]: row of the post that a row shows: its own, or for a repost the nearest ancestor
    that is not a repost (-1: it has left the window). author, writer int32[H]: who put the row into
    feeds, and who wrote what it shows (ids.SYSTEM: the scenario). text int32[H]: id of the shown text
    (-1 none). shown bool[H]: rows that every post filter lets through. demoted uint8[H]: 1 for
    posts that are not offered to strangers. tables: what parts keep for
    the step. A board is a cache: it holds nothing that cannot be made again from the world.
    """

    world: weakref.ref[World]
    stamp: tuple[int, ...]
    original: NDArray[np.int32]
    author: NDArray[np.int32]
    writer: NDArray[np.int32]
    text: NDArray[np.int32]
    shown: NDArray[np.bool_]
    demoted: NDArray[np.uint8]
    tables: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def lay(cls, world: World) -> Board:
        """Lay out the board of a world's present step; every row is `shown` until filters say otherwise."""
        posts, original = world.posts, originals_of(world)
        source = np.maximum(original, 0)
        gone = original < 0
        writer = np.where(gone, posts.author, posts.author[source]).astype(np.int32)
        text = np.where(gone, np.int32(-1), posts.text[source]).astype(np.int32)
        shown = np.ones(len(posts), np.bool_)
        return cls(weakref.ref(world), _stamp(world), original, posts.author, writer, text, shown, posts.demoted)

    def originals(self) -> NDArray[np.int32]:
        """Return the rows that may be shown to strangers, ascending: in a list for all, a repost adds nothing."""
        itself = self.original == np.arange(self.original.shape[0])
        return np.flatnonzero(self.shown & itself & (self.demoted == 0)).astype(np.int32)

    def is_of(self, world: World) -> bool:
        """Whether this board was laid for this world at its present step and posts."""
        return self.world() is world and self.stamp == _stamp(world)


def _stamp(world: World) -> tuple[int, ...]:
    return world.step, world.posts.base, world.posts.end, world.changes


@dataclass
class Turn:
    """One call of `rank`: the board plus the run's random streams.

    post_score float64[H]: the part of the score that is the same for every viewer.
    draws uint64[H]: draws named by the posts, all different, that decide between equal scores.
    tables: what parts work out once per call.
    """

    world: World
    board: Board
    streams: Streams
    k: int
    draws: NDArray[np.uint64]
    post_score: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    tables: dict[str, Any] = field(default_factory=dict)
