"""A re-ranker at the end of a pipeline."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.pipeline import Pipeline
from recommender.recipe import Recipe, Use
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.worlds import busy, found, write


def pipeline(**params: float) -> Pipeline:
    return Pipeline(
        Recipe("x", (Use("trending"),), (Use("hot"),), rerankers=(Use("author-diversity", params),))
    )


def test_an_authors_further_posts_count_for_less():
    world = found(5, [], texts=["a"])
    first, second, third = (write(world, 1, n=n, likes=10 ** (3 - n)) for n in range(3))
    other = write(world, 2, likes=2)
    batch = pipeline().rank(world, np.array([0], np.int32), 4, Streams(7), Workers())
    assert batch.posts[0].tolist() == [first, other, second, third]
    plain = Pipeline(Recipe("x", (Use("trending"),), (Use("hot"),)))
    scores = plain.rank(world, np.array([0], np.int32), 4, Streams(7), Workers()).scores[0]
    # 1, 0.75 * 0.5 + 0.25 and 0.75 * 0.25 + 0.25; the other author's only post keeps its score.
    assert batch.scores[0] == pytest.approx([scores[0], scores[3], scores[1] * 0.625, scores[2] * 0.4375])


def test_without_decay_the_list_stays_as_it_was():
    world = busy()
    viewers = np.arange(60, dtype=np.int32)
    plain = Pipeline(Recipe("x", (Use("trending"),), (Use("hot"),)))
    a = plain.rank(world, viewers, 10, Streams(7), Workers())
    b = pipeline(decay=1).rank(world, viewers, 10, Streams(7), Workers(2, 9))
    np.testing.assert_array_equal(a.posts, b.posts)
    np.testing.assert_array_equal(a.scores, b.scores)


def test_empty_places_stay_at_the_end():
    world = found(3, [], texts=["a"])
    write(world, 1)
    batch = pipeline().rank(world, np.arange(3, dtype=np.int32), 5, Streams(7), Workers())
    assert (batch.posts[:, 1:] == -1).all()
    assert (batch.scores[:, 1:] == 0).all()
    assert batch.posts[:, 0].tolist() == [0, -1, 0]
