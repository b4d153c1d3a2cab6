"""The published formulas, by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.embeddings.hashing import HashedWords
from recommender.registry import build_feed
from recommender.scorers.fame import fame
from recommender.scorers.hot import hot
from recommender.scorers.recency import recency
from simapp.engine.core import ids
from simapp.engine.core.clock import Clock
from simapp.engine.core.streams import Streams
from tests.recommender.worlds import CODES, found, write

EPOCH = 1134028003  # 8 December 2005, the zero of Reddit's formula


def hot_of(likes: int, dislikes: int, seconds: float) -> float:
    out = np.empty(1)
    hot(np.array([likes], np.int32), np.array([dislikes], np.int32), np.array([float(seconds)]), out)
    return float(out[0])


@pytest.mark.parametrize(
    ("likes", "dislikes", "seconds", "expected"),
    [
        (0, 0, EPOCH, 0.0),
        (1, 0, EPOCH, 0.0),  # one vote is worth as much as none
        (10, 0, EPOCH, 1.0),
        (0, 10, EPOCH, -1.0),
        (110, 10, EPOCH, 2.0),
        (5, 5, EPOCH + 45000, 1.0),  # 12.5 hours are worth a tenfold score
        (2, 0, EPOCH, 0.30103),
        (0, 3, EPOCH + 90000, 1.5228787),
        (36, 8, 1_700_000_000, 12578.6026469),
    ],
)
def test_hot_has_the_values_of_the_published_formula(likes, dislikes, seconds, expected):
    assert hot_of(likes, dislikes, seconds) == pytest.approx(expected, abs=5e-8)


@given(likes=st.integers(0, 10**6), dislikes=st.integers(0, 10**6), seconds=st.integers(0, 4 * 10**9))
def test_hot_is_the_formula_rounded_to_seven_decimals(likes, dislikes, seconds):
    s = likes - dislikes
    exact = (
        (s > 0) * math.log10(max(abs(s), 1))
        - (s < 0) * math.log10(max(abs(s), 1))
        + (seconds - EPOCH) / 45000
    )
    assert hot_of(likes, dislikes, seconds) == pytest.approx(round(exact, 7), abs=1.01e-7)


def test_ten_times_the_votes_are_worth_twelve_and_a_half_hours():
    assert hot_of(10, 0, EPOCH) == hot_of(1, 0, EPOCH + 12.5 * 3600)


def test_hot_takes_the_simulated_time_of_writing():
    world = found(3, [(0, 1)], texts=["a"], minutes=30)
    write(world, 1, step=0, likes=10)
    write(world, 1, step=5, n=1, likes=3, dislikes=3)
    world.step = 6
    feed = build_feed("reddit-hot")
    seconds = datetime(2026, 1, 5, tzinfo=UTC).timestamp()
    expected = [1 + (seconds - EPOCH) / 45000, (seconds + 5 * 1800 - EPOCH) / 45000]
    assert feed.turn(world, 5, Streams(7)).post_score == pytest.approx(expected, abs=5e-8)


def test_a_start_without_a_zone_is_utc():
    world = found(3, [(0, 1)], texts=["a"])
    write(world, 1)
    aware = build_feed("reddit-hot").turn(world, 5, Streams(7)).post_score
    world.clock = Clock(datetime(2026, 1, 5), 60)  # noqa: DTZ001 - the case under test
    assert build_feed("reddit-hot").turn(world, 5, Streams(7)).post_score == pytest.approx(aware, abs=0)


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0, 0.9998966), (1, 0.9962106), (71.8, math.log(2)), (171.8, 0), (271.8, 0), (9999, 0)],
)
def test_recency_falls_from_one_to_zero_and_is_never_less(age, expected):
    out = np.empty(1)
    recency(np.array([float(age)]), out)
    assert out[0] == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.floats(0, 1e6), min_size=2))
def test_recency_never_rises_with_age(ages):
    out = np.empty(len(ages))
    recency(np.sort(ages), out)
    assert (np.diff(out) <= 0).all()
    assert ((out >= 0) & (out <= 1)).all()


@pytest.mark.parametrize(
    ("followers", "expected"), [(0, 1), (999, 1), (1000, 1.000145), (9999, 4 / 3), (999_999, 2)]
)
def test_fame_is_one_up_to_a_thousand_followers_and_two_at_a_million(followers, expected):
    out = np.empty(1)
    fame(np.array([followers], np.int32), out)
    assert out[0] == pytest.approx(expected, abs=1e-6)


def test_age_is_counted_in_units_of_three_simulated_minutes():
    world = found(3, [(0, 1)], texts=["a"], minutes=15)
    write(world, 1, step=2)
    write(world, ids.SYSTEM, step=4, n=1)
    world.step = 6
    feed = build_feed("interest", codes=CODES, encoder=HashedWords())
    scorers = {scorer.name: scorer for scorer, _ in feed.scorers}
    turn = feed.turn(world, 5, Streams(7))
    assert scorers["recency"].of_posts(turn) == pytest.approx([math.log(2.518), math.log(2.618)])
    assert scorers["fame"].of_posts(turn).tolist() == [1.0, 1.0]
