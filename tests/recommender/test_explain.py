"""Explanations say what ranking did."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.embeddings.hashing import HashedWords
from recommender.registry import build_feed, preset_names
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.worlds import CODES, busy, found, write

STREAMS = Streams(7)


@pytest.mark.parametrize("preset", preset_names())
def test_an_explanation_repeats_the_feeds_score_rank_and_source(preset):
    world = busy()
    feed = build_feed(preset, {"explore": 0.2}, codes=CODES, encoder=HashedWords())
    batch = feed.rank(world, np.arange(60, dtype=np.int32), 10, STREAMS, Workers())
    for viewer in (0, 17, 59):
        told = feed.explain(world, viewer, batch.posts[viewer].tolist(), 10, STREAMS)
        assert [e.rank for e in told] == list(range(10))
        assert [e.score for e in told] == batch.scores[viewer].tolist()
        assert [e.source for e in told] == [feed.sources[s] for s in batch.sources[viewer]]
        assert all(e.refused_by is None for e in told)


@pytest.mark.parametrize("preset", preset_names())
def test_the_features_give_the_score(preset):
    world = busy()
    feed = build_feed(preset, {}, codes=CODES, encoder=HashedWords())
    for e in feed.explain(world, 3, list(range(0, 400, 7)), 10, STREAMS):
        assert set(e.features) == set(e.weights) == {scorer.name for scorer, _ in feed.scorers}
        parts = [e.weights[name] * value for name, value in e.features.items()]
        whole = np.prod(parts) if e.combine == "product" else np.sum(parts)
        assert e.score == pytest.approx(whole, rel=1e-6)


def test_an_explanation_names_the_filter_that_refused():
    world = found(4, [(0, 1), (0, 2)], texts=["a"], hot_steps=3)
    old = write(world, 1, step=0)
    world.step = 3
    own, comment = write(world, 0, step=2), write(world, 1, step=2, kind=3, of=old)
    removed, seen = write(world, 1, step=2, n=1, removed=1), write(world, 2, step=2)
    fine, stranger = write(world, 2, step=2, n=1), write(world, 3, step=1)
    world.users.seen[0, 0] = seen
    world.unseen_from = world.posts.end
    feed = build_feed("chronological", {"explore": 0})
    told = feed.explain(world, 0, [old, own, comment, removed, seen, fine, stranger, 999], 10, STREAMS)
    assert [e.refused_by for e in told] == [
        "expired", "own", "comments", "removed", "seen", None, None, "expired",
    ]  # fmt: skip
    assert [e.rank for e in told] == [None, None, None, None, None, 0, None, None]
    assert [e.source for e in told] == [None, None, None, None, "followed", "followed", None, None]
    assert told[-1].score is None
