"""Published rankings, by hand: constants, edge cases and the order that follows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.embeddings.hashing import HashedWords
from recommender.pipeline import Pipeline
from recommender.registry import build_feed
from recommender.scorers.controversy import controversy
from recommender.scorers.hacker_news import rank
from recommender.scorers.wilson import wilson
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.recommender.worlds import CODES, found, write

VOTES = st.integers(0, 10**6)


def wilson_of(likes: int, dislikes: int) -> float:
    out = np.empty(1)
    wilson(np.array([likes]), np.array([dislikes]), out)
    return float(out[0])


@pytest.mark.parametrize(
    ("likes", "dislikes", "expected"),
    [
        (0, 0, 0.0),
        (0, 1, 0.0),
        (0, 1000, 0.0),
        (1, 0, 0.3784475),  # with likes only: n / (n + z * z)
        (2, 0, 0.5490924),
        (10, 0, 0.8589313),
        (100, 0, 0.9838416),
        (1, 1, 0.1642517),
        (5, 5, 0.3122044),
        (10, 1, 0.7394950),
        (60, 40, 0.5360896),
        (600, 400, 0.5799979),
    ],
)
def test_reddits_best_is_the_wilson_bound_of_80_percent(likes, dislikes, expected):
    assert wilson_of(likes, dislikes) == pytest.approx(expected, abs=5e-7)


@given(likes=VOTES, dislikes=VOTES)
def test_the_wilson_bound_is_below_the_share_and_rises_with_every_like(likes, dislikes):
    bound = wilson_of(likes, dislikes)
    assert -1e-9 <= bound <= likes / max(likes + dislikes, 1) + 1e-9
    assert wilson_of(likes + 1, dislikes) >= bound - 1e-12


def controversy_of(likes: int, dislikes: int) -> float:
    out = np.empty(1)
    controversy(np.array([likes]), np.array([dislikes]), out)
    return float(out[0])


@pytest.mark.parametrize(
    ("likes", "dislikes", "expected"),
    [
        (0, 0, 0.0),
        (7, 0, 0.0),
        (0, 7, 0.0),
        (1, 1, 2.0),
        (10, 10, 20.0),
        (10, 5, 15**0.5),
        (5, 10, 15**0.5),
        (100, 1, 101**0.01),
        (1000, 1000, 2000.0),
    ],
)
def test_controversy_has_the_values_of_the_published_formula(likes, dislikes, expected):
    assert controversy_of(likes, dislikes) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("points", "minutes", "thread", "linked", "expected"),
    [
        (1, 0, 1, True, 0.0),  # the author's own point counts for nothing
        (2, 0, 1, True, 2**-1.8),
        (2, 0, 1, False, 0.4 * 2**-1.8),  # no link
        (101, 0, 1, True, 100**0.8 * 2**-1.8),
        (101, 60, 1, True, 100**0.8 * 3**-1.8),
        (0, 0, 1, True, -(2**-1.8)),  # a base of 0 or less is not raised to a power
        (-4, 60, 1, True, -5 * 3**-1.8),
        (11, 0, 20, True, 10**0.8 * 2**-1.8),  # 20 are not yet a quarrel
        (11, 0, 22, True, 10**0.8 * 2**-1.8 * 0.25),
        (11, 0, 22, False, 0.4 * 10**0.8 * 2**-1.8),  # without a link that alone counts
        (44, 0, 22, True, 43**0.8 * 2**-1.8),  # the factor is never above 1
    ],
)
def test_hacker_news_has_the_values_of_the_published_formula(points, minutes, thread, linked, expected):
    out = np.empty(1)
    rank(np.array([points]), np.array([float(minutes)]), np.array([thread]), np.array([linked]), out)
    assert out[0] == pytest.approx(expected, abs=1e-9)


def feed_of(preset: str) -> Pipeline:
    return build_feed(preset, codes=CODES, encoder=HashedWords())


def order_of(preset: str, world: World, k: int = 10) -> list[int]:
    feed = feed_of(preset)
    batch = feed.rank(world, np.array([0], np.int32), k, Streams(1), Workers())
    return [int(s) for s in batch.posts[0] if s >= 0]


def test_voted_presets_order_a_small_world_as_their_formulas_do():
    world = found(5, [(4, 3)], texts=["see https://example.org", "words"])
    sure = write(world, 1, likes=10, dislikes=1, text=0)
    loved = write(world, 1, n=1, likes=3, text=0)
    split = write(world, 2, likes=9, dislikes=9, text=0)
    big = write(world, 2, n=1, likes=60, dislikes=40, comments=40, text=0)
    assert order_of("reddit-best", world) == [sure, loved, big, split]
    assert order_of("reddit-controversial", world)[:2] == [big, split]
    assert order_of("hacker-news", world)[:2] == [sure, big]  # though the big one is a quarrel: (21 / 41) ** 2
    assert order_of("reddit-hot", world)[0] == big


def test_a_link_is_worth_more_than_none_on_hacker_news():
    world = found(3, texts=["see https://example.org", "words alone"])
    plain, linked = write(world, 1, likes=20, text=1), write(world, 2, likes=10, text=0)
    assert order_of("hacker-news", world) == [linked, plain]


def score_of(preset: str, world: World, serial: int, viewer: int = 0) -> float:
    feed = feed_of(preset)
    feed.prepare(world)
    (found_,) = feed.explain(world, viewer, [serial], 5, Streams(1))
    return sum(found_.weights[name] * value for name, value in found_.features.items())


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        # Nothing is known of anybody: the base rates, weighted.
        ("x-2023", 0.5 * 0.02 + 1 * 0.004 + 13.5 * 0.005 - 74 * 0.0005 - 369 * 0.00002),
        (
            "x-2026",
            0.5 * 0.02 + 5 * 0.005 + 1 * 0.004 + 5 * 0.001 + 4 * 0.001 - 43.2 * 0.0005 - 58.8 * 0.0001 - 234 * 0.00002,
        ),
        ("engagement", 0.02 + 0.004 + 0.001 + 0.005),
    ],
)
def test_weights_multiply_predicted_probabilities(preset, expected):
    world = found(3, texts=["words"])
    serial = write(world, 1)
    assert score_of(preset, world, serial) == pytest.approx(expected, rel=1e-9)


def test_replies_among_mutual_followers_weigh_fifteen_more_on_x_2026():
    one_way, mutual = found(3, [(0, 1)], texts=["words"]), found(3, [(0, 1), (1, 0)], texts=["words"])
    scores = [score_of("x-2026", world, write(world, 1)) for world in (one_way, mutual)]
    assert scores[1] - scores[0] == pytest.approx(15 * 0.005, rel=1e-9)


def test_x_2026_shows_nothing_that_is_older_than_two_days():
    world = found(3, texts=["words"], hot_steps=100)
    world.step = 60
    write(world, 1, step=11)
    young = write(world, 2, step=12)
    assert order_of("x-2026", world) == [young]


def test_x_2026_discounts_what_strangers_write():
    world = found(4, [(0, 1)], texts=["one thing", "other matter"])
    friend, stranger = write(world, 1, text=0), write(world, 2, text=1)
    feed = feed_of("x-2026")
    assert feed.recipe.rerankers[0].part == "out-of-network"
    assert order_of("x-2026", world) == [friend, stranger]


def test_the_random_feed_is_drawn_anew_in_every_step():
    world = found(3, texts=["words"])
    for n in range(30):
        write(world, 1, n=n)
    first = order_of("random", world)
    world.step += 1
    assert len(first) == 10
    assert order_of("random", world) != first
