"""The best of a shared list for each viewer, where scores follow from a product of vectors.

Every viewer is compared with every row of the list. A block of products is looked at in float32, many at once;
only what may be good enough is scored again in float64, exactly as `PairScorer.of_pairs` does, filtered, and
put into the viewer's list. So the list is that of the whole comparison, bit for bit, and a test says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.candidates import Candidates, Listed
from recommender.choosing import is_muted, was_seen
from recommender.fused import MUTED, OWN, SEEN
from recommender.parts import DenseScorer, PairScorer
from recommender.products import Products
from simapp.engine.core.streams import draw_bits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recommender.board import Turn
    from recommender.pipeline import Pipeline

HOUSE = frozenset((OWN, SEEN, MUTED))
_ROWS = 256  # viewers per product: with 4,000 posts the products fill the second cache
_BLOCK = 32
_LANES, _SPARE = 64, 6  # a first bar is set so low that this many more rows than needed are above it
_SLACK = 1e-6  # of the largest score: more than float32 arithmetic of a few operations can be wrong by


@njit(cache=True, nogil=True)
def _value(product: Any, mine: Any, theirs: Any, offset: Any, gain: Any) -> Any:
    length = mine * theirs
    if length == 0.0:
        return offset
    return offset + gain * (np.float64(product) / np.sqrt(length))


@njit(cache=True, nogil=True, _nrt=False)
def _first_bar(products: Any, i: Any, inverse: Any, flat: Any, steep: Any, lanes: Any, wanted: Any) -> Any:
    """Return a score that at least `wanted` rows reach: the list is dealt to lanes; the best of so many lanes do."""
    for lane in range(_LANES):
        lanes[lane] = np.float32(-np.inf)
    for turn in range(flat.shape[0] // _LANES):
        for lane in range(_LANES):
            # Counted up from 0 on: the compiler makes vectors of it only if it sees that no index is negative.
            c = turn * _LANES + lane
            score = flat[c] + steep[c] * (np.float32(products[i, c]) * inverse)
            lanes[lane] = max(lanes[lane], score)
    for lane in range(_LANES):
        score = lanes[lane]
        j = min(lane, wanted)
        while j > 0 and lanes[_LANES + j - 1] < score:
            if j < wanted:
                lanes[_LANES + j] = lanes[_LANES + j - 1]
            j -= 1
        if j < wanted:
            lanes[_LANES + j] = score
    return lanes[_LANES + wanted - 1]


@njit(cache=True, nogil=True, _nrt=False)
def _shortlist(  # noqa: C901 - one pass per viewer; a kernel cannot be cut into closures
    viewers: Any, lo: Any, pool: Any, products: Any, mine: Any, theirs: Any, offset: Any, gain: Any, weight: Any,
    is_product: Any, flat: Any, steep: Any, slack: Any, post_score: Any, author: Any, writer: Any, base: Any,
    keys: Any, draws: Any, tie: Any, per_viewer: Any, own: Any, seen: Any, unseen_from: Any, muters: Any,
    mute_keys: Any, mute_flags: Any, lanes: Any, wanted: Any, top: Any, top_score: Any, top_draw: Any, held: Any,
) -> None:  # fmt: skip
    places, length = top.shape[1], pool.shape[0]
    for i in range(products.shape[0]):
        v = lo + i
        u = viewers[v]
        mutes = muters[u]
        inverse = np.float32(1.0 / np.sqrt(mine[v])) if mine[v] > 0.0 else np.float32(0.0)
        size = 0
        gone_through = False
        first = np.float32(-np.inf)
        if wanted > 0:
            first = np.float32(_first_bar(products, i, inverse, flat, steep, lanes, wanted) - 2.0 * slack)
        # Where filters took so many that the first bar was too high, the list is gone through again without it.
        for bar in (first, np.float32(-np.inf)):
            if gone_through and (first == -np.inf or (size == places and top_score[v, size - 1] - slack >= first)):
                break
            gone_through = True
            size = 0
            for block in range((length + _BLOCK - 1) // _BLOCK):
                hits = np.int32(0)
                if (block + 1) * _BLOCK <= length:
                    for j in range(_BLOCK):
                        c = block * _BLOCK + j
                        hits += np.int32(flat[c] + steep[c] * (np.float32(products[i, c]) * inverse) >= bar)
                    if hits == 0:
                        continue
                for c in range(block * _BLOCK, min((block + 1) * _BLOCK, length)):
                    if flat[c] + steep[c] * (np.float32(products[i, c]) * inverse) < bar:
                        continue
                    row = pool[c]
                    value = _value(products[i, c], mine[v], theirs[c], offset, gain)
                    score = post_score[row] * value if is_product else post_score[row] + weight * value
                    if size == places and score < top_score[v, size - 1]:
                        continue
                    draw = draw_bits(tie, np.int64(u), keys[row]) if per_viewer else draws[row]
                    if size == places and score == top_score[v, size - 1] and draw <= top_draw[v, size - 1]:
                        continue
                    if own and (author[row] == u or writer[row] == u):
                        continue
                    serial = np.int64(row) + base
                    if serial < unseen_from and was_seen(seen, u, np.uint32(serial)):
                        continue
                    if mutes and is_muted(mute_keys, mute_flags, u, author[row]):
                        continue
                    if mutes and is_muted(mute_keys, mute_flags, u, writer[row]):
                        continue
                    if size < places:
                        size += 1
                    j = size - 1
                    while j > 0 and (
                        score > top_score[v, j - 1] or (score == top_score[v, j - 1] and draw > top_draw[v, j - 1])
                    ):
                        top_score[v, j] = top_score[v, j - 1]
                        top_draw[v, j] = top_draw[v, j - 1]
                        top[v, j] = top[v, j - 1]
                        j -= 1
                    top_score[v, j], top_draw[v, j], top[v, j] = score, draw, row
                    if size == places:
                        bar = np.float32(top_score[v, size - 1] - slack)
        held[v] = size


@njit(cache=True, nogil=True)
def _flatten(top: Any, indptr: Any, out: Any) -> None:
    for v in range(top.shape[0]):
        for j in range(indptr[v + 1] - indptr[v]):
            out[indptr[v] + j] = top[v, j]


@njit(cache=True, nogil=True)
def _drop_hopeless(
    indptr: Any, rows: Any, source: Any, spared: Any, floor: Any, highest: Any, lowest: Any, weight: Any,
    is_product: Any, post_score: Any, keep: Any,
) -> None:  # fmt: skip
    for v in range(indptr.shape[0] - 1):
        for j in range(indptr[v], indptr[v + 1]):
            if source[j] == spared:
                continue
            score = post_score[rows[j]]
            scale = score if is_product else weight
            most = max(scale * highest, scale * lowest)
            if not is_product:
                most += score
            # More than float64 rounds by, less than any difference that decides.
            if most + 1e-9 * (abs(score) + abs(scale)) < floor[v]:
                keep[j] = False


def drop_hopeless(
    lists: Mapping[int, Shortlist], candidates: Candidates, spared: int, keep: NDArray[np.bool_]
) -> None:
    """Set keep bool[C] to False for candidates that no value of the dense scorer lifts above a viewer's list.

    Below that floor there are enough better posts already. spared: code of the source that does not compete (-1 none).
    """
    one = next(iter(lists.values()))
    scorer, reach = one.scorer, one.scorer.reach(one.turn)
    span = abs(scorer.gain) * reach
    _drop_hopeless(
        candidates.indptr, candidates.rows, candidates.source, spared, candidates.tables["floor"], scorer.offset + span,
        scorer.offset - span, one.weight, one.is_product, one.turn.post_score, keep,
    )  # fmt: skip


def can(pipeline: Pipeline) -> bool:
    """Whether a pipeline's shared lists can be cut to each viewer's best before anything else is looked at."""
    personal = [scorer for scorer, _ in pipeline.scorers if isinstance(scorer, PairScorer)]
    known = all(pair_filter.name in HOUSE for pair_filter in pipeline.pair_filters)
    return known and len(personal) == 1 and isinstance(personal[0], DenseScorer)


@dataclass(frozen=True)
class Shortlist:
    """One shared list of one turn, laid out to be compared with any number of viewers.

    right, theirs float64[L]: the rows' vectors and lengths. weight counts where scores are sums. filters: names of
    the pair filters that hold.
    """

    turn: Turn
    scorer: DenseScorer
    pool: NDArray[np.int32]
    right: Products
    theirs: NDArray[np.float64]
    weight: float
    is_product: bool
    per_viewer: bool
    filters: frozenset[str]

    @classmethod
    def of(cls, pipeline: Pipeline, turn: Turn, pool: NDArray[np.int32]) -> Shortlist:
        """Lay out a list int32[L] of originals for a pipeline that `can` shorten lists."""
        scorer, weight = next((s, w) for s, w in pipeline.scorers if isinstance(s, DenseScorer))
        right, theirs = scorer.right(turn, pool)
        return cls(
            turn,
            scorer,
            pool,
            Products(right, pipeline.device),
            theirs,
            weight,
            pipeline.recipe.combine == "product",
            pipeline.recipe.ties == "viewer",
            frozenset(pair_filter.name for pair_filter in pipeline.pair_filters),
        )

    def best(self, viewers: NDArray[np.int32], places: int, floor: NDArray[np.float64]) -> Listed:
        """Return up to `places` rows of the list for each of viewers int32[V], best first.

        floor float64[V] is raised to the last one's score where there are so many.
        """
        turn, world, board, scorer = self.turn, self.turn.world, self.turn.board, self.scorer
        left, mine = scorer.left(turn, viewers)
        shape = (viewers.shape[0], places)
        top, top_score, top_draw = np.empty(shape, np.int32), np.empty(shape), np.empty(shape, np.uint64)
        held = np.zeros(shape[0], np.int64)
        score = turn.post_score[self.pool]
        scale = score if self.is_product else np.full(score.shape[0], self.weight)
        flat = scale * scorer.offset if self.is_product else score + scale * scorer.offset
        root = np.sqrt(self.theirs)
        steep = np.divide(scale * scorer.gain, root, out=np.zeros_like(root), where=root > 0)
        reach = np.abs(scale * scorer.gain).max(initial=0.0) * scorer.reach(turn)
        slack = (np.abs(flat).max(initial=0.0) + reach) * _SLACK
        seen = world.users.seen if SEEN in self.filters else world.users.seen[:, :0]
        if MUTED in self.filters and world.mute_count:
            muters, (mute_keys, mute_flags) = board.tables["muters"], world.mutes.table
        else:
            muters = np.zeros(len(world.users), np.bool_)
            mute_keys, mute_flags = np.full(2, -1, np.int64), np.zeros(2, np.uint8)
        tie = turn.streams.key("feed/tie")
        flat32, steep32 = flat.astype(np.float32), steep.astype(np.float32)
        lanes = np.empty(2 * _LANES, np.float32)
        wanted = places + _SPARE if places + _SPARE <= _LANES - 16 and self.pool.shape[0] >= 4 * _LANES else 0
        room = self.right.room(min(_ROWS, viewers.shape[0]))
        for lo in range(0, viewers.shape[0], _ROWS):
            products = self.right.of(left[lo : lo + _ROWS], room)
            _shortlist(
                viewers, lo, self.pool, products, mine, self.theirs, scorer.offset, scorer.gain, self.weight,
                self.is_product, flat32, steep32, slack, turn.post_score, board.author, board.writer,
                np.int64(world.posts.base), world.posts.key, turn.draws, tie, self.per_viewer, OWN in self.filters,
                seen, np.int64(world.unseen_from), muters, mute_keys, mute_flags, lanes, wanted,
                top, top_score, top_draw, held,
            )  # fmt: skip
        np.maximum(floor, np.where(held == places, top_score[:, -1], -np.inf), out=floor)
        indptr = np.zeros(viewers.shape[0] + 1, np.int64)
        np.cumsum(held, out=indptr[1:])
        out = np.empty(indptr[-1], np.int32)
        _flatten(top, indptr, out)
        return Listed(indptr, out)
