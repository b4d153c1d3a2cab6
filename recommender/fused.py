"""Candidates, filters and the choice in one pass per viewer, for feeds whose scores are the same for everybody.

The general path of `pipeline.py` writes every candidate of a viewer down, filters, scores and chooses. Where a
post's score does not depend on the viewer, most candidates need not be looked at: an author's best post that
is not good enough for a list says so of all others, and a shared list may be left at the first post that is
not good enough. What is chosen is the same, place by place; a test compares both paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.choosing import choose
from recommender.heads import copy_heads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recommender.board import Turn
    from recommender.parts import PairFilter, Source
    from simapp.engine.core.batches import FeedBatch

OWN, SEEN, MUTED = "own", "seen", "muted"


@dataclass(frozen=True)
class ByAuthor:
    """Each author's rows, best first, on one card per author: all that the pass asks of an author lies together in
    memory, for authors are met in random order and every place asked costs a wait.

    scores float64[N, W] and ids int32[N, 2 W] are two views of the same cards. scores[a, :P] are the scores of
    a's rows (-inf where there is none); ids[a, 2 P:] holds, per row, its row, the row that it shows, and who wrote
    that. best float64[N] repeats the first score.
    """

    places: int
    scores: NDArray[np.float64]
    ids: NDArray[np.int32]
    best: NDArray[np.float64]

    @classmethod
    def of(cls, table: NDArray[np.int32], held: NDArray[np.uint8], turn: Turn) -> ByAuthor:
        """Lay cards of the authors' rows int32[N, P], sorted by score, then by draw."""
        places = table.shape[1]
        scores = np.empty((table.shape[0], places + (3 * places + 1) // 2))
        ids = scores.view(np.int32)
        best = np.empty(table.shape[0])
        _lay_cards(
            table, held, turn.post_score, turn.draws, turn.board.original, turn.board.writer, scores, ids, best
        )
        return cls(places, scores, ids, best)

    @classmethod
    def empty(cls, users: int) -> ByAuthor:
        """Return no rows of anybody."""
        none = np.zeros((users, 0))
        return cls(0, none, none.view(np.int32), np.full(users, -np.inf))


@njit(cache=True, nogil=True)
def _lay_cards(
    table: Any, held: Any, post_score: Any, draws: Any, original: Any, writer: Any, scores: Any, ids: Any, best: Any
) -> None:
    places = table.shape[1]
    rows = np.empty(places, np.int32)
    for a in range(table.shape[0]):
        for j in range(places):
            scores[a, j] = -np.inf
        for j in range(np.int64(held[a])):
            row = table[a, j]
            score = post_score[row]
            i = j
            while i > 0 and (
                scores[a, i - 1] < score or (scores[a, i - 1] == score and draws[rows[i - 1]] < draws[row])
            ):
                scores[a, i] = scores[a, i - 1]
                rows[i] = rows[i - 1]
                i -= 1
            scores[a, i] = score
            rows[i] = row
        best[a] = scores[a, 0]
        for j in range(np.int64(held[a])):
            at = 2 * places + 3 * j
            ids[a, at] = rows[j]
            ids[a, at + 1] = original[rows[j]]
            ids[a, at + 2] = writer[rows[j]]


@njit(cache=True, nogil=True)
def _row_cards(original: Any, author: Any, writer: Any) -> Any:
    cards = np.empty((original.shape[0], 4), np.int32)
    for r in range(original.shape[0]):
        cards[r, 0] = original[r]
        cards[r, 1] = author[r]
        cards[r, 2] = writer[r]
        cards[r, 3] = 0
    return cards


def can(sources: Sequence[Source], filters: Sequence[PairFilter]) -> bool:
    """Whether these sources and pair filters have a place in the pass."""
    listed = [source for source in sources if not (source.shared or source.reserved)]
    return (
        len(listed) <= 1
        and all(source.by_author for source in listed)
        and all(pair_filter.name in (OWN, SEEN, MUTED) for pair_filter in filters)
    )


@dataclass(frozen=True)
class OnePass:
    """One call of `rank` by the fused pass: what its kernel needs, laid out once for all pieces."""

    turn: Turn
    sources: Sequence[Source]
    names: frozenset[str]
    people: ByAuthor
    by_author: int
    reserved: int
    pool: NDArray[np.int32]
    pool_code: NDArray[np.uint8]
    pool_end: NDArray[np.int64]
    pool_first: NDArray[np.bool_]
    cards: NDArray[np.int32]
    one_list: bool

    @classmethod
    def of(
        cls,
        turn: Turn,
        sources: Sequence[Source],
        filters: Sequence[PairFilter],
        pools: Mapping[int, NDArray[np.int32]],
    ) -> OnePass:
        """Lay out the lists; pools: rows by code of each shared source, best first."""
        listed = [code for code, source in enumerate(sources) if not (source.shared or source.reserved)]
        by_author = listed[0] if listed else -1
        reserved = next((code for code, source in enumerate(sources) if source.reserved), -1)
        users = len(turn.world.users)
        people = ByAuthor.of(*sources[by_author].authors(turn), turn) if listed else ByAuthor.empty(users)
        codes = list(pools)
        pool = np.concatenate([np.zeros(0, np.int32), *(pools[code] for code in codes)])
        kept = reserved >= 0 and sources[reserved].slots(turn.k) > 0
        first = len(codes) == 1 and (by_author < 0 or codes[0] < by_author)
        # One list before all else, of originals only: nothing in it can show what something before it shows.
        one_list = first and not kept and bool((turn.board.original[pool] == pool).all())
        return cls(
            turn,
            sources,
            frozenset(pair_filter.name for pair_filter in filters),
            people,
            by_author,
            reserved,
            pool,
            np.array(codes, np.uint8),
            np.cumsum([pools[code].shape[0] for code in codes]).astype(np.int64),
            np.array([code < by_author for code in codes], np.bool_),
            _row_cards(turn.board.original, turn.board.author, turn.board.writer),
            one_list,
        )

    def fill(self, viewers: NDArray[np.int32], out: FeedBatch, lo: int, hi: int) -> None:
        """Rank for viewers lo .. hi - 1 of int32[V] into the rows lo .. hi - 1 of `out`."""
        turn, world = self.turn, self.turn.world
        offered_ptr, offered = np.zeros(hi - lo + 1, np.int64), np.zeros(0, np.int32)
        slots = 0
        if self.reserved >= 0:
            source = self.sources[self.reserved]
            listed, slots = source.gather(turn, viewers[lo:hi]), source.slots(turn.k)
            offered_ptr, offered = listed.indptr, listed.rows
        seen = world.users.seen if SEEN in self.names else world.users.seen[:, :0]
        if MUTED in self.names and world.mute_count:
            muters, (keys, flags) = turn.board.tables["muters"], world.mutes.table
        else:
            muters = np.zeros(len(world.users), np.bool_)
            keys, flags = np.full(2, -1, np.int64), np.zeros(2, np.uint8)
        done = copy_heads(self, viewers, out, lo, hi, own=OWN in self.names, seen=seen, muters=muters)
        if done.all():
            return
        most = max(int(world.follows.following[viewers[lo:hi]].max()), 1)

        def row() -> NDArray[np.int32]:
            return np.empty(turn.k, np.int32)

        choose(
            lo, hi, done, self.one_list, viewers, world.follows.indptr, world.follows.followees, self.people.places,
            self.people.scores, self.people.ids, self.people.best, self.by_author, self.pool, self.pool_code,
            self.pool_end, self.pool_first, turn.post_score, turn.draws, self.cards,
            np.int64(world.posts.base), offered_ptr, offered, self.reserved, slots, OWN in self.names, seen,
            np.int64(world.unseen_from), muters, keys, flags, out.posts, out.scores, out.sources,
            np.empty(turn.k), row(), row(), np.empty(turn.k, np.uint8), row(), row(), row(), row(),
            np.empty(most, np.int32), np.empty(most),
        )  # fmt: skip
