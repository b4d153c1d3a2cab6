"""A feed as a declared pipeline: sources -> filters -> scorers -> top k -> re-rankers.

What a viewer is shown depends on the world, the streams and the viewer alone: chunk sizes, threads
and who else is ranked cannot show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import folders, fused, shortlist
from recommender.board import Board, Turn
from recommender.candidates import Candidates, Listed
from recommender.explain import Explanation, explain
from recommender.parts import PairFilter, PairScorer, Part, PostFilter, PostScorer, Reranker, Source, Supplies
from recommender.recipe import Recipe, Use
from recommender.select import pick, top_rows
from recommender.shortlist import Shortlist
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

MAX_K = 255
_CHUNK_CANDIDATES = 2_000_000  # bounds memory: about 30 bytes per candidate and thread
_FIRST_DEPTH = 64
_DEEPER = 4
_COMPARED = 1_000_000  # pairs of viewer and row from which on a matrix product is worth its set-up
WIDER = 4  # a list goes to the re-rankers this many times as long as the feed


@dataclass
class _Picked:
    """rows int32[V, k] (-1 empty), scores float64[V, k], source uint8[V, k], short bool[V]."""

    rows: NDArray[np.int32]
    scores: NDArray[np.float64]
    source: NDArray[np.uint8]
    short: NDArray[np.bool_]


class Pipeline:
    """Implements `simapp.engine.record.Feed`.

    It keeps settings only; what belongs to a run is in `world.extra`, and the board of the present
    step is a cache that is laid again for another world or step. compared: pairs of viewer and row from which
    on shared lists are shortened by matrix products, which never changes a feed.
    """

    compared = _COMPARED

    def __init__(self, recipe: Recipe, supplies: Supplies | None = None) -> None:
        supplies = supplies or Supplies()
        self.recipe = recipe
        self.name = recipe.name
        self.device = supplies.device
        self._sources: list[Source] = _make("sources", recipe.sources, supplies)
        filters: list[Part] = _make("filters", recipe.filters, supplies)
        self.post_filters = [f for f in filters if isinstance(f, PostFilter)]
        self.pair_filters = [f for f in filters if isinstance(f, PairFilter)]
        scorers: list[Part] = _make("scorers", recipe.scorers, supplies)
        self.scorers = list(zip(scorers, [use.weight for use in recipe.scorers], strict=True))
        self.rerankers: list[Reranker] = _make("rerankers", recipe.rerankers, supplies)
        self.sources = tuple(source.name for source in self._sources)
        self._parts: list[Part] = [*self._sources, *filters, *scorers, *self.rerankers]
        reserved = [i for i, source in enumerate(self._sources) if source.reserved]
        if len(reserved) > 1 or (recipe.combine == "product" and any(w != 1 for _, w in self.scorers)):
            msg = f"feed {self.name!r}: at most one reserved source, and no weights in a product"
            raise ValueError(msg)
        self._reserved = reserved[0] if reserved else -1
        # Where everybody has the same scores, the head of a shared list usually suffices.
        everybody = all(isinstance(s, PostScorer) for s, _ in self.scorers) and recipe.ties == "post"
        self._cut = everybody and not self.rerankers
        self._fused = self._cut and fused.can(self._sources, self.pair_filters)
        self._shortens = shortlist.can(self)
        self._board: Board | None = None

    def prepare(self, world: World) -> None:
        """Lay the board of the step. Call it once per step, after interventions and before `rank`."""
        self._lay(world)

    def _lay(self, world: World) -> Board:
        board = Board.lay(world)
        for post_filter in self.post_filters:
            board.shown &= post_filter.keep(world, board)
        for part in self._parts:
            part.prepare(world, board)
        self._board = board
        return board

    def learn(
        self, world: World, events: EventBatch, shown: FeedBatch | None = None, taught: set[str] | None = None
    ) -> None:
        """Update what is kept in `world.extra` from what was shown and what users did (events in any order).

        taught: what was learned from this step already, by other pipelines of the same world.
        """
        taught = set() if taught is None else taught
        for part in self._parts:
            if part.keeps not in taught or not part.keeps:
                part.learn(world, events, shown if shown is not None else FeedBatch.empty())
            taught.add(part.keeps)

    def rank(
        self, world: World, viewers: NDArray[np.int32], k: int, streams: Streams, workers: Workers
    ) -> FeedBatch:
        """Return the feeds of viewers int32[V] (ascending rows of `world.users`), k = 1 .. 255 places each.

        Scores are non-increasing; empty places hold -1 at the end. The world is not changed.
        """
        if not 1 <= k <= MAX_K:
            msg = f"feed.k is {k}; it must be a whole number from 1 to {MAX_K}."
            raise WrongInput(msg)
        turn = self.turn(world, k, streams)
        out = FeedBatch.empty(viewers.shape[0], k)
        out.viewers[:] = viewers
        if not len(world.posts) or not viewers.shape[0]:
            return out
        pools = self.pools(turn)
        if self._fused:
            one_pass = fused.OnePass.of(turn, self._sources, self.pair_filters, pools)
            whole = np.ascontiguousarray(viewers, np.int32)
            workers.run(viewers.shape[0], lambda lo, hi: one_pass.fill(whole, out, lo, hi))
            return out
        width = sum(source.width(turn) for source in self._sources)
        lists: dict[int, Shortlist] = {}
        if self._shortens and viewers.shape[0] * sum(pool.shape[0] for pool in pools.values()) >= self.compared:
            lists = {code: Shortlist.of(self, turn, pool) for code, pool in pools.items() if self._is_long(turn, pool)}
            width += sum(self._shortened(k) - self._sources[code].width(turn) for code in lists)
        chunk = max(1, min(workers.batch, int(_CHUNK_CANDIDATES / max(width, 1.0))))

        def piece(lo: int, hi: int) -> None:
            part = self._feed(turn, pools, lists, np.ascontiguousarray(viewers[lo:hi], np.int32))
            out.posts[lo:hi], out.scores[lo:hi], out.sources[lo:hi] = part.posts, part.scores, part.sources

        Workers(workers.threads, chunk).run(viewers.shape[0], piece)
        return out

    def explain(self, world: World, viewer: int, posts: Sequence[int], k: int, streams: Streams) -> list[Explanation]:
        """Return why posts (serials) stand where they stand in a viewer's feed of k; see `explain.py`."""
        return explain(self, world, viewer, posts, k, streams)

    @property
    def encoder(self) -> str | None:
        """Fingerprint of the text encoder for the run's record; None for a feed that reads no texts."""
        return next((part.encoder for part in self._parts if part.encoder is not None), None)

    @property
    def learns(self) -> bool:
        """Whether it learns from actions and so needs their codes."""
        return any(part.keeps for part in self._parts)

    def turn(self, world: World, k: int, streams: Streams) -> Turn:
        """Return what one ranking needs: the board, and every post's share of the score."""
        board = self._board
        if board is None or not board.is_of(world):
            board = self._lay(world)
        turn = Turn(world, board, streams, k, streams.bits("feed/tie", item=world.posts.key))
        turn.post_score = np.full(len(world.posts), float(self.recipe.combine == "product"))
        for scorer, weight in self.scorers:
            if isinstance(scorer, PostScorer):
                turn.post_score = self._combine(turn.post_score, scorer.of_posts(turn), weight)
        for part in self._parts:
            part.begin(turn)
        return turn

    def pools(self, turn: Turn) -> dict[int, NDArray[np.int32]]:
        """Return rows int32[L] by code of each shared source, best first by the post's score."""
        pools = {}
        for code, source in enumerate(self._sources):
            if source.shared:
                rows = source.pool(turn)
                pools[code] = top_rows(rows, turn.post_score[rows], turn.draws, rows.shape[0])
        return pools

    def candidates(
        self,
        turn: Turn,
        pools: dict[int, NDArray[np.int32]],
        viewers: NDArray[np.int32],
        depth: int | None = None,
        lists: Mapping[int, Shortlist] = MappingProxyType({}),
    ) -> Candidates:
        """Return unfiltered candidates; shared lists are cut to their first `depth` rows, or to a viewer's best."""
        offers: list[Listed | NDArray[np.int32]] = []
        floor = np.full(viewers.shape[0], -np.inf)
        for code, source in enumerate(self._sources):
            if code in lists:
                offers.append(lists[code].best(viewers, self._shortened(turn.k), floor))
            else:
                offers.append(pools[code][:depth] if source.shared else source.gather(turn, viewers))
        made = Candidates.join(viewers, offers)
        made.tables["floor"] = floor
        return made

    def kept(self, turn: Turn, candidates: Candidates) -> NDArray[np.bool_]:
        """Return bool[C]: candidates that every pair filter lets through."""
        keep = np.ones(len(candidates), np.bool_)
        for pair_filter in self.pair_filters:
            pair_filter.drop(turn, candidates, keep)
        return keep

    def scores(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        """Return float64[C]: post features first, then pair features, each in declared order."""
        scores = turn.post_score[candidates.rows]
        for scorer, weight in self.scorers:
            if isinstance(scorer, PairScorer):
                scores = self._combine(scores, scorer.of_pairs(turn, candidates), weight)
        return scores

    def _combine(
        self, scores: NDArray[np.float64], feature: NDArray[np.float64], weight: float
    ) -> NDArray[np.float64]:
        return scores * feature if self.recipe.combine == "product" else scores + weight * feature

    def _places(self, k: int) -> int:
        return k * WIDER if self.rerankers else k

    def _shortened(self, k: int) -> int:
        # Reserved candidates are chosen first and may take the place of as many rows of a list.
        return self._places(k) + (self._sources[self._reserved].slots(k) if self._reserved >= 0 else 0)

    def _is_long(self, turn: Turn, pool: NDArray[np.int32]) -> bool:
        return pool.shape[0] > 2 * self._shortened(turn.k) and bool((turn.board.original[pool] == pool).all())

    def _feed(
        self,
        turn: Turn,
        pools: dict[int, NDArray[np.int32]],
        lists: Mapping[int, Shortlist],
        viewers: NDArray[np.int32],
    ) -> FeedBatch:
        places = self._places(turn.k)
        picked = self._pick(turn, pools, lists, viewers, places, _FIRST_DEPTH + places if self._cut else None)
        rows = picked.rows
        posts = np.where(rows >= 0, rows.astype(np.int64) + turn.world.posts.base, -1)
        feed = FeedBatch(viewers, posts, picked.scores.astype(np.float32), picked.source)
        for reranker in self.rerankers:
            feed = reranker.rerank(turn, feed)
        k = turn.k
        return FeedBatch(viewers, feed.posts[:, :k], feed.scores[:, :k], feed.sources[:, :k])

    def _pick(
        self,
        turn: Turn,
        pools: dict[int, NDArray[np.int32]],
        lists: Mapping[int, Shortlist],
        viewers: NDArray[np.int32],
        places: int,
        depth: int | None,
    ) -> _Picked:
        """Choose for a chunk; viewers for whom cut lists did not suffice are asked again, deeper."""
        longest = max((pool.shape[0] for pool in pools.values()), default=0)
        cut = depth is not None and depth < longest
        candidates = self.candidates(turn, pools, viewers, depth if cut else None, lists)
        keep = self.kept(turn, candidates)
        if lists:
            shortlist.drop_hopeless(lists, candidates, self._reserved, keep)
        candidates = candidates.only(keep)
        scores = self.scores(turn, candidates)
        shape = (viewers.shape[0], places)
        short = np.zeros(shape[0], np.bool_)
        picked = _Picked(np.empty(shape, np.int32), np.empty(shape), np.empty(shape, np.uint8), short)
        floor = self._floor(turn, pools, depth) if cut and depth is not None else -1
        reserved = self._sources[self._reserved].slots(turn.k) if self._reserved >= 0 else 0
        alone = turn.world.follows.following[viewers] == 0
        pick(
            viewers, candidates.indptr, candidates.rows, candidates.source, scores, turn.board.original,
            turn.draws, turn.world.posts.key, turn.streams.key("feed/tie"), self.recipe.ties == "viewer",
            self._reserved, reserved, alone, floor, turn.post_score[floor] if floor >= 0 else 0.0,
            picked.rows, picked.scores, picked.source, picked.short,
        )  # fmt: skip
        again = np.flatnonzero(picked.short)
        if cut and depth is not None and again.shape[0]:
            deeper = self._pick(turn, pools, lists, viewers[again], places, depth * _DEEPER)
            picked.rows[again], picked.scores[again] = deeper.rows, deeper.scores
            picked.source[again] = deeper.source
        return picked

    def _floor(self, turn: Turn, pools: dict[int, NDArray[np.int32]], depth: int) -> int:
        """Return the best of the last rows before the cuts: whatever lies behind a cut is no better."""
        last = [pool[depth - 1] for pool in pools.values() if pool.shape[0] > depth]
        rows = np.array(last, np.int32)
        return int(top_rows(rows, turn.post_score[rows], turn.draws, 1)[0])


def _make(kind: str, uses: Iterable[Use], supplies: Supplies) -> list[Any]:
    return [folders.load(kind, use.part)(supplies, use.params) for use in uses]
