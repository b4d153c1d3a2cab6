"""Feeds that a scenario puts together itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recommender import folders
from recommender.custom import recipe_from
from recommender.embeddings.hashing import HashedWords
from recommender.registry import build_feed
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.test_presets import EVERYBODY, assert_equal
from tests.recommender.worlds import CODES, busy, found, write

PLAIN: dict[str, Any] = {
    "sources": [{"part": "trending"}, {"part": "followed", "params": {"per_author": 5}}],
    "scorers": [{"part": "hot", "weight": 2.0}, {"part": "fame"}],
    "rerankers": [{"part": "author-diversity", "params": {"decay": 0.1}}],
}


def custom(document: dict[str, Any]) -> Any:
    return build_feed("custom", pipeline=document, codes=CODES, encoder=HashedWords())


def test_a_pipeline_is_made_of_the_parts_that_it_names():
    recipe = recipe_from(PLAIN)
    assert [(use.part, use.weight) for use in recipe.scorers] == [("hot", 2.0), ("fame", 1.0)]
    assert dict(recipe.sources[1].params) == {"per_author": 5.0}
    assert dict(recipe.rerankers[0].params) == {"decay": 0.1, "floor": 0.25}


def test_the_same_parts_as_a_preset_give_its_feed():
    world = busy()
    document = {
        "sources": [{"part": "trending"}, {"part": "followed"}, {"part": "explore", "params": {"explore": 0.0}}],
        "scorers": [{"part": "hot"}],
    }
    feeds = (custom(document), build_feed("reddit-hot"))
    one, two = (feed.rank(world, EVERYBODY, 10, Streams(1), Workers()) for feed in feeds)
    assert_equal(one, two)


def test_what_every_feed_leaves_out_a_custom_feed_leaves_out_too():
    names = [use.part for use in recipe_from({**PLAIN, "filters": [{"part": "stale"}, {"part": "own"}]}).filters]
    assert names == ["comments", "removed", "expired", "own", "seen", "muted", "stale"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sources": []}, r"feed\.pipeline\.sources is empty; name at least one of .*trending"),
        ({"scorers": []}, r"feed\.pipeline\.scorers is empty"),
        ({"scorers": [{"part": "heat"}]}, r"feed\.pipeline\.scorers\.0\.part is 'heat'; it must be one of .*hot"),
        ({"scorers": [{"part": "hot"}, {"part": "hot"}]}, r"scorers\.1\.part is 'hot', which is named before"),
        ({"rerankers": [{"part": "mmr", "params": {"balance": 2}}]}, r"rerankers\.0\.params\.balance is 2; .* 0 to 1"),
        ({"filters": [{"part": "stale", "params": {"age": 2}}]}, r"filters\.0\.params\.age is not a parameter"),
        ({"combine": "product"}, r"scorers has weights; a product has none"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(change, said):
    with pytest.raises(WrongInput, match=said):
        custom({**PLAIN, **change})


def test_a_custom_feed_needs_its_pipeline_and_no_other_feed_has_one():
    with pytest.raises(WrongInput, match=r"needs feed\.pipeline"):
        build_feed("custom")
    with pytest.raises(WrongInput, match="goes with the preset custom"):
        build_feed("reddit-hot", pipeline=PLAIN)


@pytest.mark.parametrize("scorer", folders.names("scorers"))
def test_every_scorer_can_stand_alone_and_is_finite(scorer):
    world = busy()
    feed = custom({"sources": [{"part": "followed"}, {"part": "recent"}], "scorers": [{"part": scorer}]})
    feed.prepare(world)
    batch = feed.rank(world, EVERYBODY, 5, Streams(1), Workers())
    assert np.isfinite(batch.scores).all()
    assert (batch.posts[:, 0] >= 0).all()
    (told,) = feed.explain(world, 3, [int(batch.posts[3, 0])], 5, Streams(1))
    assert told.score == batch.scores[3, 0]
    assert told.rank == 0


@pytest.mark.parametrize("source", folders.names("sources"))
def test_every_source_can_stand_alone_and_offers_nothing_in_an_empty_world(source):
    feed = custom({"sources": [{"part": source}], "scorers": [{"part": "newness"}]})
    empty = found(3, texts=["a"])
    feed.prepare(empty)
    assert (feed.rank(empty, np.arange(3, dtype=np.int32), 4, Streams(1), Workers()).posts == -1).all()
    world = busy()
    feed.prepare(world)
    whole = feed.rank(world, EVERYBODY, 6, Streams(1), Workers())
    assert_equal(whole, feed.rank(world, EVERYBODY, 6, Streams(1), Workers(2, 11)))
    for posts in whole.posts:
        shown = posts[posts >= 0].tolist()
        assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("name", folders.names("filters"))
def test_every_filter_only_takes_away(name):
    world, filtered = busy(), {"filters": [{"part": name}]}
    document = {"sources": [{"part": "recent"}], "scorers": [{"part": "newness"}]}
    plain, less = custom(document), custom({**document, **filtered})
    one, two = (feed.rank(world, EVERYBODY, 200, Streams(1), Workers()) for feed in (plain, less))
    for before, after in zip(one.posts, two.posts, strict=True):
        assert set(after.tolist()) <= {*before.tolist(), -1}


def test_pinned_posts_come_first_with_a_large_weight():
    from simapp.engine.core import ids

    world = found(4, [(0, 1)], texts=["words", "rules of the house"])
    pinned = write(world, ids.SYSTEM, text=1)
    write(world, 1, step=0, likes=9999)
    document = {
        "sources": [{"part": "pinned"}, {"part": "followed"}],
        "scorers": [{"part": "popularity"}, {"part": "pinned", "weight": 1000.0}],
    }
    assert custom(document).rank(world, np.array([0], np.int32), 2, Streams(1), Workers()).posts[0, 0] == pinned
