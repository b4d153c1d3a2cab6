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

# Posts looked at per viewer: the wider, the more equal the chances (spread of exposure about 1 / sqrt).
_WINDOW = 48


@njit(cache=True, nogil=True)
def _sample(
    viewers: Any, indptr: Any, ring: Any, places: Any, ring_keys: Any, place_key: Any, choice_key: Any,
    window: Any, out: Any,
) -> None:  # fmt: skip
    size = ring.shape[0]
    draws = np.empty(size, np.uint64)
    for v in range(viewers.shape[0]):
        lo = indptr[v]
        want = indptr[v + 1] - lo  # at most `window`, which is at most the ring's length
        if want == 0:
            continue
        u = np.int64(viewers[v])
        at = np.searchsorted(places, draw_bits(place_key, u, np.int64(0)))
        held = 0
        for _ in range(window):
            if at >= size:
                at = 0
            bits = draw_bits(choice_key, u, ring_keys[at])
            at += 1
            if held == want and bits < draws[want - 1]:
                continue
            i = held if held < want else want - 1
            held = min(held + 1, want)
            while i > 0 and draws[i - 1] < bits:
                draws[i] = draws[i - 1]
                out[lo + i] = out[lo + i - 1]
                i -= 1
            draws[i] = bits
            out[lo + i] = ring[at - 1]


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
        rows = board.originals()
        rows = rows[world.posts.step[rows] >= first]
        keys = world.posts.key[rows]
        places = turn.streams.bits("feed/explore/ring", step=world.step, item=keys)
        order = np.argsort(places)
        turn.tables["explore"] = (rows[order], places[order], keys[order])

    def _wanted(self, places: int, longest: int) -> int:
        # Twice what may be shown and a few more: some of it was seen before.
        return min(2 * places + 6, longest) if places else 0

    def gather(self, turn: Turn, viewers: NDArray[np.int32]) -> Listed:
        ring, places, keys = turn.tables["explore"]
        alone = turn.world.follows.following[viewers] == 0
        longest = ring.shape[0]
        some, all_places = self._wanted(self.slots(turn.k), longest), self._wanted(turn.k, longest)
        indptr = np.zeros(viewers.shape[0] + 1, np.int64)
        np.cumsum(np.where(alone, all_places, some), out=indptr[1:])
        out = np.empty(indptr[-1], np.int32)
        if out.shape[0]:
            window = min(max(_WINDOW, 2 * all_places), longest)
            step = turn.world.step
            place, choice = (turn.streams.key(f"feed/explore/{what}", step) for what in ("place", "choice"))
            _sample(viewers, indptr, ring, places, keys, place, choice, window, out)
        return Listed(indptr, out)

    def width(self, turn: Turn) -> float:
        return 2 * self.slots(turn.k) + 6
