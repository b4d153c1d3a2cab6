"""Why a post stands where it stands, recomputed from the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.candidates import Candidates
from recommender.parts import PairScorer, PostScorer
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

if TYPE_CHECKING:
    from recommender.pipeline import Pipeline


@dataclass(frozen=True)
class Explanation:
    """One post in the eyes of one viewer.

    post: serial. rank: place in the feed from 0, None = not in it. score: as the feed has it (after
    re-rankers), else as scored; None when the post is not in the window. source: where it came from,
    None = no source offers it. features, weights: by scorer. refused_by: the first filter that
    takes it out, None = none does.
    """

    post: int
    rank: int | None
    score: float | None
    source: str | None
    features: dict[str, float]
    weights: dict[str, float]
    combine: str
    refused_by: str | None


def explain(
    pipeline: Pipeline, world: World, viewer: int, posts: Sequence[int], k: int, streams: Streams
) -> list[Explanation]:
    """Return an explanation of each post (by serial) for a viewer's feed of k at the world's present step.

    The world must be as it was when the feed was ranked: before it was remembered as seen.
    """
    serials = np.asarray(posts, np.int64)
    viewers = np.array([viewer], np.int32)
    turn = pipeline.turn(world, k, streams)
    board = turn.board
    feed = pipeline.rank(world, viewers, k, streams, Workers())
    offered = pipeline.candidates(turn, pipeline.pools(turn), viewers)
    rows = world.posts.row(serials)
    hot = rows >= 0
    ends = np.array([0, int(hot.sum())], np.int64)
    asked = Candidates(viewers, ends, rows[hot].astype(np.int32), np.zeros(ends[1], np.uint8))
    place = np.cumsum(hot) - 1

    features = {}
    for scorer, _ in pipeline.scorers:
        if isinstance(scorer, PostScorer):
            features[scorer.name] = scorer.of_posts(turn)[asked.rows]
        elif isinstance(scorer, PairScorer):
            features[scorer.name] = scorer.of_pairs(turn, asked)
    scores = pipeline.scores(turn, asked)
    verdicts = {f.name: f.keep(world, board)[asked.rows] for f in pipeline.post_filters}
    for pair_filter in pipeline.pair_filters:
        verdicts[pair_filter.name] = np.ones(len(asked), np.bool_)
        pair_filter.drop(turn, asked, verdicts[pair_filter.name])

    found = []
    combine = pipeline.recipe.combine
    for serial, row, i in zip(serials.tolist(), rows.tolist(), place.tolist(), strict=True):
        weights = {scorer.name: weight for scorer, weight in pipeline.scorers}
        if row < 0:
            found.append(Explanation(serial, None, None, None, {}, weights, combine, "expired"))
            continue
        ranks = np.flatnonzero(feed.posts[0] == serial)
        rank = int(ranks[0]) if ranks.shape[0] else None
        codes = offered.source[offered.rows == row]
        if rank is not None:
            source: str | None = pipeline.sources[feed.sources[0, rank]]
            score = float(feed.scores[0, rank])
        else:
            source = pipeline.sources[codes[0]] if codes.shape[0] else None
            score = float(np.float32(scores[i]))
        refused = next((name for name, keep in verdicts.items() if not keep[i]), None)
        seen = {name: float(values[i]) for name, values in features.items()}
        found.append(Explanation(serial, rank, score, source, seen, weights, combine, refused))
    return found
