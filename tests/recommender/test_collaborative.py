"""Rankings learned from reactions, against plain readings of their definitions and in a small world."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.collaborative import als, ease, knn
from recommender.collaborative.table import Table
from recommender.registry import build_feed
from recommender.scaled import scaled
from simapp.engine.core import ids
from simapp.engine.core.posts import REPOST
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import LIKED, REPOSTED, World
from tests.recommender.test_presets import assert_equal
from tests.recommender.worlds import found, write

PAIRS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9)), max_size=40)


def table_of(pairs: list[tuple[int, int]]) -> tuple[Table, np.ndarray]:
    dense = np.zeros((8, 10))
    for user, item in pairs:
        dense[user, item] = 1
    users, items = np.array(pairs, np.int64).reshape(-1, 2).T
    return Table.of(users, items, (8, 10)), dense


@given(PAIRS)
def test_a_table_holds_each_reaction_once_and_turns_round(pairs):
    table, dense = table_of(pairs)
    for part, whole in ((table, dense), (table.turned(), dense.T), (table.take(np.array([3, 0])), dense[[3, 0]])):
        for row in range(part.users):
            assert part.items[part.indptr[row] : part.indptr[row + 1]].tolist() == np.flatnonzero(whole[row]).tolist()


@settings(max_examples=20, deadline=None)
@given(PAIRS, st.integers(1, 12))
def test_neighbours_are_the_closest_by_cosine(pairs, count):
    table, dense = table_of(pairs)
    fitted = knn.fit(table, count)
    both, held = dense.T @ dense, dense.sum(axis=0)
    cosine = both / np.sqrt(np.maximum(np.outer(held, held), 1))
    np.fill_diagonal(cosine, 0)
    expected = np.zeros((10, 10))  # [i, j]: i is a neighbour of j
    for j in range(10):
        for i in sorted(range(10), key=lambda i: (-cosine[i, j], i))[:count]:
            expected[i, j] = cosine[i, j]
    for user in range(8):
        scores = np.zeros(10)
        knn.add_up(np.flatnonzero(dense[user]).astype(np.int32), fitted.indptr, fitted.items, fitted.closeness, scores)
        np.testing.assert_allclose(scores, dense[user] @ expected, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(PAIRS)
def test_a_half_step_solves_its_rows_exactly(pairs):
    """The gradient of the published loss is zero at every solved row."""
    table, dense = table_of(pairs)
    items = Streams(1).normal("items", user=np.arange(10)[:, None], item=np.arange(3))
    users = als.half_step(table, items, alpha=5.0, ridge=0.1)
    confidence = 1 + 5.0 * dense
    slope = (confidence * (users @ items.T - dense)) @ items + 0.1 * users
    np.testing.assert_allclose(slope[dense.any(axis=1)], 0, atol=1e-9)
    assert not users[~dense.any(axis=1)].any()


def test_the_autoencoder_is_the_ridge_regression_of_each_item_on_the_others():
    draws = np.random.default_rng(2)
    dense = (draws.random((30, 6)) < 0.4).astype(float)
    users, items = np.nonzero(dense)
    weights = ease.fit(Table.of(users, items, (30, 6)), ridge=3.0)
    for j in range(6):
        others = np.delete(np.arange(6), j)
        part = dense[:, others]
        expected = np.linalg.solve(part.T @ part + 3.0 * np.eye(5), part.T @ dense[:, j])
        np.testing.assert_allclose(weights[others, j], expected, atol=1e-10)
        assert weights[j, j] == 0


def test_an_autoencoder_of_too_many_items_is_refused():
    with pytest.raises(ValueError, match="too large"):
        ease.fit(Table.of(np.zeros(1), np.zeros(1), (1, ease.MOST + 1)))


@given(st.lists(st.lists(st.floats(-9, 9), min_size=4, max_size=4), min_size=1, max_size=5))
def test_scaled_vectors_are_close_to_what_they_were(rows):
    vectors = np.array(rows)
    held, lengths = scaled(vectors)
    back = np.divide(held, np.sqrt(lengths)[:, None], out=np.zeros(held.shape), where=lengths[:, None] > 0)
    assert np.abs(back - vectors).max() <= np.abs(vectors).max() / 127 + 1e-12


def tastes() -> World:
    """Even users like even posts, odd users odd ones; user 0 and 1 have liked four each so far."""
    world = found(30, texts=["words"])
    for n in range(20):
        write(world, 28, n=n, likes=14)
    for user in range(28):
        for post in range(user % 2, 8 if user < 2 else 20, 2):
            world.reactions.set(ids.pair(np.array([user]), np.array([post])), LIKED)
    return world


@pytest.mark.parametrize("preset", ["als", "item-knn"])
def test_viewers_are_shown_what_people_like_who_like_the_same(preset):
    batch = build_feed(preset).rank(tastes(), np.arange(2, dtype=np.int32), 8, Streams(1), Workers())
    for viewer, posts in enumerate(batch.posts):
        unread = posts[posts >= 8]
        assert (unread[:6] % 2 == viewer).all()
        assert (batch.scores[viewer, :4] > batch.scores[viewer, -1]).all()


@pytest.mark.parametrize("preset", ["als", "item-knn"])
def test_a_share_of_a_repost_teaches_about_what_it_shows(preset):
    plain, shared = tastes(), tastes()
    write(plain, 29)
    again = write(shared, 29, kind=REPOST, of=0)
    plain.reactions.set(ids.pair(np.array([27]), np.array([0])), LIKED)
    shared.reactions.set(ids.pair(np.array([27]), np.array([again])), REPOSTED)
    one, two = (build_feed(preset).rank(w, np.array([1], np.int32), 5, Streams(1), Workers()) for w in (plain, shared))
    np.testing.assert_array_equal(one.posts, two.posts)


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_long_lists_are_shortened_by_exact_products_of_factors_too(batch):
    world = tastes()
    for n in range(60):
        write(world, 29, n=n, likes=n % 5)
    feed, viewers = build_feed("als", {"factors": 5}), np.arange(28, dtype=np.int32)
    feed.compared = 1 << 60
    whole = feed.rank(world, viewers, 6, Streams(1), Workers())
    feed.compared = 0
    assert_equal(whole, feed.rank(world, viewers, 6, Streams(1), Workers(2, batch)))
