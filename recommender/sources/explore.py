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


@njit(cache=True, nogil=True, _nrt=False)
def _sample(
    viewers: Any, indptr: Any, ring: Any, places: Any, starts: Any, shift: Any, ring_keys: Any, place_key: Any,
    choice_key: Any, draws: Any, out: Any,
) -> None:  # fmt: skip
    size, window = ring.shape[0], draws.shape[0]
    mask = np.uint64(1)
    while mask < window:
        mask = (mask << np.uint64(1)) | np.uint64(1)
    for v in range(viewers.shape[0]):
        lo = indptr[v]
        want = indptr[v + 1] - lo  # at most `window`, which is at most the ring's length
        if want == 0:
            continue
        u = np.int64(viewers[v])
        wanted = draw_bits(place_key, u, np.int64(0))
        at = starts[wanted >> shift]
        while at < size and places[at] < wanted:
            at += 1
        # The best draws of the window, by rounds of a maximum that the compiler makes vectors of. Where a post lies
        # in the window stands in the lowest bits, so that the maximum says which it was.
        last = size - at
        for j in range(min(window, last)):
            draws[j] = (draw_bits(choice_key, u, ring_keys[at + j]) & ~mask) | np.uint64(j)
        for j in range(last, window):
            draws[j] = (draw_bits(choice_key, u, ring_keys[j - last]) & ~mask) | np.uint64(j)
        for i in range(want):
            best = np.uint64(0)
            for j in range(window):
                best = max(best, draws[j])
            chosen = np.int64(best & mask)
            draws[chosen] = np.uint64(0)
            out[lo + i] = ring[at + chosen] if chosen < last else ring[chosen - last]


def _index(places: NDArray[np.uint64], bits: int) -> tuple[NDArray[np.int64], np.uint64]:
    """Return where each of 2**bits equal parts of the ring starts, and the shift from a place to its part.

    Looking from there on costs a step or four where a binary search of millions costs twenty, each a wait.
    """
    shift = np.uint64(64 - bits)
    counts = np.bincount((places >> shift).astype(np.int64), minlength=1 << bits)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), shift


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
        places = places[order]
        bits = max(1, int(places.shape[0]).bit_length() - 2)
        turn.tables["explore"] = (rows[order], places, *_index(places, bits), keys[order])

    def _wanted(self, places: int, longest: int) -> int:
        # Twice what may be shown and a few more: some of it was seen before.
        return min(2 * places + 6, longest) if places else 0

    def gather(self, turn: Turn, viewers: NDArray[np.int32]) -> Listed:
        ring, places, starts, shift, keys = turn.tables["explore"]
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
            _sample(viewers, indptr, ring, places, starts, shift, keys, place, choice, np.empty(window, np.uint64), out)
        return Listed(indptr, out)

    def width(self, turn: Turn) -> float:
        return 2 * self.slots(turn.k) + 6
