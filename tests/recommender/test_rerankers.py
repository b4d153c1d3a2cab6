"""What every re-ranker promises, over all of them; then each by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recommender import folders
from recommender.embeddings.hashing import HashedWords
from recommender.parts import Supplies
from recommender.pipeline import Pipeline
from recommender.recipe import Recipe, Use
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.recommender.test_presets import EVERYBODY, assert_equal, likes_of_everybody
from tests.recommender.worlds import CODES, busy, found, write

RERANKERS = folders.names("rerankers")
STREAMS = Streams(5)
SUPPLIES = Supplies(CODES, HashedWords())


def pipeline(*rerankers: Use, scorer: str = "hot") -> Pipeline:
    sources = (Use("trending"), Use("followed"))
    return Pipeline(Recipe("tried", sources, (Use(scorer),), rerankers=rerankers), SUPPLIES)


def ready(*rerankers: Use) -> tuple[Pipeline, World]:
    world = busy()
    feed = pipeline(*rerankers)
    feed.prepare(world)
    feed.learn(world, likes_of_everybody(world))
    return feed, world


@pytest.mark.parametrize("name", RERANKERS)
def test_a_reranked_feed_is_whole_without_repeats_and_best_first(name):
    feed, world = ready(Use(name))
    plain, _ = ready()
    batch = feed.rank(world, EVERYBODY, 10, STREAMS, Workers())
    wide = plain.rank(world, EVERYBODY, 40, STREAMS, Workers())
    for posts, scores, candidates in zip(batch.posts, batch.scores, wide.posts, strict=True):
        shown = posts[posts >= 0]
        assert len(set(shown.tolist())) == len(shown)
        assert set(shown.tolist()) <= set(candidates.tolist())
        assert len(shown) == min(10, np.count_nonzero(candidates >= 0))
        assert (posts[len(shown) :] == -1).all()
        assert (np.diff(scores[: len(shown)]) <= 0).all()


@pytest.mark.parametrize("name", RERANKERS)
def test_company_chunks_and_threads_cannot_show(name):
    feed, world = ready(Use(name))
    whole = feed.rank(world, EVERYBODY, 10, STREAMS, Workers())
    assert_equal(whole, feed.rank(world, EVERYBODY, 10, STREAMS, Workers(3, 7)))
    some = np.array([0, 17, 59], np.int32)
    assert_equal(whole.take(some), feed.rank(world, some, 10, STREAMS, Workers()))


@pytest.mark.parametrize("name", RERANKERS)
def test_an_empty_world_is_reranked_to_nothing(name):
    world = found(4, texts=["a"])
    batch = pipeline(Use(name)).rank(world, np.arange(4, dtype=np.int32), 5, STREAMS, Workers())
    assert (batch.posts == -1).all()


def of_viewer(feed: Pipeline, world: World, k: int = 4, viewer: int = 0) -> list[int]:
    feed.prepare(world)
    return [int(s) for s in feed.rank(world, np.array([viewer], np.int32), k, STREAMS, Workers()).posts[0]]


def alike() -> World:
    """Three posts of the same words with the most votes, two of others."""
    world = found(9, [(0, 5)], texts=["cats purr softly", "trams need tracks", "rents rise again"])
    for author, text, likes in ((1, 0, 10**6), (2, 0, 10**5), (3, 0, 10**4), (4, 1, 10**3), (5, 2, 10**2)):
        write(world, author, text=text, likes=likes)
    return world


@pytest.mark.parametrize("name", ["mmr", "dpp"])
def test_what_says_the_same_as_before_gives_way_to_what_does_not(name):
    world, weight = alike(), {"mmr": "balance", "dpp": "theta"}[name]
    assert of_viewer(pipeline(), world) == [0, 1, 2, 3]
    assert of_viewer(pipeline(Use(name, {weight: 1.0})), world) == [0, 1, 2, 3]
    assert of_viewer(pipeline(Use(name, {weight: 0.4})), world)[:3] == [0, 3, 4]


def test_marginal_relevance_is_the_published_formula():
    """Relevance 1, 0.75, 0.5, 0.25, 0; the first is taken, then 0.7 r - 0.3 cos of what is left."""
    feed = pipeline(Use("mmr", {"balance": 0.7}))
    world = alike()
    feed.prepare(world)
    scores = feed.rank(world, np.array([0], np.int32), 3, STREAMS, Workers()).scores[0]
    np.testing.assert_allclose(scores, [0.7, 0.7 * 0.75 - 0.3, 0.7 * 0.25], atol=1e-6)


def test_a_quota_holds_from_the_top_of_every_feed():
    world = found(30, [(follower, 1) for follower in range(10, 25)], texts=["words"])
    big = [write(world, 1, n=n, likes=10 ** (6 - n)) for n in range(4)]
    small = [write(world, 2 + n, likes=10 - n) for n in range(2)]
    quota = Use("quota", {"share": 0.5, "small": 5})
    assert of_viewer(pipeline(quota), world, k=6) == [big[0], small[0], big[1], small[1], big[2], big[3]]
    assert of_viewer(pipeline(Use("quota", {"share": 0.0, "small": 5})), world, k=6) == [*big, *small]


def test_fair_pairs_put_each_neighbour_first_half_the_time_and_move_nobody_further():
    world = found(1001, texts=["words"])
    posts = [write(world, 1000, n=n, likes=10 ** (5 - n)) for n in range(4)]
    feed = pipeline(Use("position-bias"))
    feed.prepare(world)
    batch = feed.rank(world, np.arange(1000, dtype=np.int32), 4, STREAMS, Workers())
    assert (np.sort(batch.posts, axis=1) == posts).all()
    assert (np.abs(batch.posts - np.arange(4)) <= 1).all()
    turned = (batch.posts[:, 0] == posts[1]).mean()  # paired (1, 2) half the time, turned half of that
    assert turned == pytest.approx(0.25, abs=0.06)


def test_strangers_are_discounted_and_whom_one_follows_is_not():
    world = found(4, [(0, 1)], texts=["words"])
    friend, stranger = write(world, 1, likes=9), write(world, 2, likes=10)
    assert of_viewer(pipeline(), world, k=2) == [stranger, friend]
    discounted = pipeline(Use("out-of-network", {"factor": 0.75}), scorer="hot")
    assert of_viewer(discounted, world, k=2) == [friend, stranger]
