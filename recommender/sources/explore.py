"""A random sample of recent posts, drawn for each viewer anew in every step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.candidates import Listed
from recommender.parameters import Parameter
from recommender.parts import Source
from simapp.engine.core.streams import draw_bits


@njit(cache=True, nogil=True)
def _sample(
    viewers: Any, ring: Any, places: Any, keys: Any, place_key: Any, choice_key: Any, window: Any, want: Any, out: Any
) -> None:
    # ring: rows sorted by place; want <= window <= ring length.
    size = ring.shape[0]
    draws = np.empty(want, np.uint64)
    for v in range(viewers.shape[0]):
        u = np.int64(viewers[v])
        start = np.searchsorted(places, draw_bits(place_key, u, np.int64(0)))
        held = 0
        for j in range(window):
            row = ring[(start + j) % size]
            bits = draw_bits(choice_key, u, keys[row])
            i = held
            if held == want:
                if bits <= draws[want - 1]:
                    continue
                i = want - 1
            else:
                held += 1
            while i > 0 and draws[i - 1] < bits:
                draws[i] = draws[i - 1]
                out[v, i] = out[v, i - 1]
                i -= 1
            draws[i] = bits
            out[v, i] = row


class Here(Source):
    """Places of the feed that go to recent posts by anybody.

    Every recent post has a place on a ring, drawn for the step from the post's identity; a viewer looks
    at a window of the ring from a place of its own and orders the posts there by a draw of (viewer,
    post). So no draw is named by a row or by a count, and a post more or less changes only the
    samples that would have held it (consistent hashing, Karger et al. 1997, STOC).
    """

    name = "explore"
    label = "Explore"
    help = "A random sample of recent posts by anybody."
    reserved = True
    parameters = (
        Parameter(
            "explore", "Share of the feed for strangers",
            "Share of the places that show recent posts by anybody, drawn at random for each viewer. "
            "A viewer who follows nobody sees such posts in all places that nothing else fills.",
            default=0.1, low=0, high=1,
        ),
        Parameter(
            "explore_hours", "How recent, in hours", "Posts of this many simulated hours are drawn from.",
            default=24, low=1, high=720,
        ),
    )  # fmt: skip

    def slots(self, k: int) -> int:
        return math.floor(self.params["explore"] * k + 0.5)

    def begin(self, turn: Turn) -> None:
        board, world = turn.board, turn.world
        first = world.step - world.clock.steps_in(self.params["explore_hours"])
        recent = board.shown & (board.original == np.arange(board.original.shape[0])) & (world.posts.step >= first)
        rows = np.flatnonzero(recent).astype(np.int32)
        places = turn.streams.bits("feed/explore/ring", step=world.step, item=world.posts.key[rows])
        order = np.argsort(places)
        turn.tables["explore"] = (rows[order], places[order])

    def gather(self, turn: Turn, viewers: NDArray[np.int32]) -> Listed:
        ring, places = turn.tables["explore"]
        # Twice what may be shown: some of it was seen before.
        want = min(2 * turn.k + 8, ring.shape[0])
        window = min(max(64, 2 * want), ring.shape[0])
        out = np.empty((viewers.shape[0], want), np.int32)
        if want:
            step = turn.world.step
            place, choice = (turn.streams.key(f"feed/explore/{what}", step) for what in ("place", "choice"))
            _sample(viewers, ring, places, turn.world.posts.key, place, choice, window, want, out)
        return Listed(np.arange(viewers.shape[0] + 1, dtype=np.int64) * want, out.ravel())

    def width(self, turn: Turn) -> float:
        return 2 * turn.k + 8
