"""The choice of a text for a user."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.text.grammar import MIN_POSTS, MIN_REPLIES
from agents.text.pool import TextPool
from simapp.engine.core.streams import Streams
from tests.agents.text.pools import ALL, pool_of

POST, COMMENT, QUOTE = 0, 1, 2


def choices(
    pool: TextPool, kind: int, topic: int, stance: np.ndarray | float, seed: int, n: int
) -> np.ndarray:
    streams = Streams(seed)
    u = streams.uniform("test/u", item=np.arange(n))
    v = streams.uniform("test/v", item=np.arange(n))
    wanted = np.broadcast_to(np.asarray(stance, np.float64), (n,))
    return pool.choose(kind, np.full(n, topic, np.int16), wanted, u, v)


@pytest.mark.parametrize("slug", ALL)
@pytest.mark.parametrize("stance", [-1.0, -0.4, 0.0, 0.4, 1.0])
def test_no_template_exceeds_one_percent_even_if_all_post_one_opinion(slug: str, stance: float) -> None:
    """The pool with all topics has the fewest templates per cell, so it is the hard case."""
    for seed, pool_seed in ((1, 7), (2, 7), (3, 2**63 - 1)):
        pool = pool_of(*ALL, seed=pool_seed)
        chosen = choices(pool, POST, ALL.index(slug), stance, seed, 20_000)
        shares = np.bincount(pool.template[chosen]) / 20_000
        assert shares.max() <= 0.01


@pytest.mark.parametrize("slug", ALL)
@pytest.mark.parametrize("side", [-1, 1])
def test_no_template_exceeds_one_percent_on_one_side_of_one_topic(slug: str, side: int) -> None:
    pool = pool_of(slug)
    for seed in (1, 2):
        wanted = side * Streams(seed).uniform("test/w", item=np.arange(20_000))
        chosen = choices(pool, POST, 0, wanted, seed + 10, 20_000)
        assert np.bincount(pool.template[chosen]).max() <= 200


@pytest.mark.parametrize("topics", [ALL, ALL[:1], ALL[:3]])
def test_every_cell_has_its_minimum_of_templates(topics: tuple[str, ...]) -> None:
    pool = pool_of(*topics)
    templates = np.diff(pool.cell_start)
    for topic in range(len(topics)):
        assert templates[pool.cell_of(POST, topic, [-0.9, -0.4, 0, 0.4, 0.9])].min() >= MIN_POSTS
        for kind in (COMMENT, QUOTE):
            assert templates[pool.cell_of(kind, topic, [-1, 0, 1])].min() >= MIN_REPLIES


@pytest.mark.parametrize("kind", [POST, COMMENT, QUOTE])
def test_the_stance_of_what_is_chosen_follows_the_wanted_one(kind: int) -> None:
    pool = pool_of("climate", "work")
    means = []
    for wanted in np.linspace(-1, 1, 21):
        means.append(pool.stance[choices(pool, kind, 1, wanted, 4, 2_000)].mean())
    assert (np.diff(means) >= -0.03).all()
    assert means[0] < -0.5
    assert means[-1] > 0.5
    assert abs(means[10]) < 0.1
    if kind == POST:
        assert np.abs(np.array(means) - np.linspace(-1, 1, 21)).max() <= 0.25


def test_both_sides_speak_when_opinions_are_mixed() -> None:
    pool = pool_of("housing")
    wanted = np.where(np.arange(4_000) % 2 == 0, 0.7, -0.7)
    stances = pool.stance[choices(pool, POST, 0, wanted, 1, 4_000)]
    np.testing.assert_array_equal(np.sign(stances), np.sign(wanted))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(0, 7), st.floats(-2, 2), st.floats(0, 1, exclude_max=True),
            st.floats(0, 1, exclude_max=True),
        ),
        max_size=30,
    )
)  # fmt: skip
def test_a_batch_is_the_single_choices_and_keeps_kind_and_topic(rows: list[tuple]) -> None:
    pool = pool_of(*ALL)
    kind = np.array([row[0] for row in rows], np.uint8)
    topic = np.array([row[1] for row in rows], np.int16)
    stance, u, v = (np.array([row[i] for row in rows], np.float64) for i in (2, 3, 4))
    batch = pool.choose(kind, topic, stance, u, v)
    assert batch.dtype == np.int32
    assert batch.shape == (len(rows),)
    np.testing.assert_array_equal(pool.kind[batch], kind)
    np.testing.assert_array_equal(pool.topic[batch], topic)
    alone = zip(kind, topic, stance, u, v, strict=True)
    single = [int(pool.choose(*row)[0]) for row in alone]
    assert batch.tolist() == single


def test_a_draw_just_below_one_stays_in_its_cell() -> None:
    pool = pool_of("housing")
    almost = np.nextafter(1.0, 0.0)
    chosen = pool.choose(POST, 0, 0.0, almost, almost)
    assert abs(float(pool.stance[chosen[0]])) < 0.2


def test_every_text_can_be_chosen() -> None:
    """Nothing in the pool is dead weight: each cell and template holds the texts between its bounds."""
    pool = pool_of("work")
    assert pool.template_start[-1] == len(pool)
    assert pool.cell_start[-1] == len(pool.template_start) - 1 == pool.template.max() + 1
    assert (np.diff(pool.template_start) >= 1).all()
    template_of = np.repeat(np.arange(pool.template.max() + 1), np.diff(pool.template_start))
    np.testing.assert_array_equal(template_of, pool.template)
    cell_of_template = np.repeat(np.arange(len(pool.cell_start) - 1), np.diff(pool.cell_start))
    np.testing.assert_array_equal(
        cell_of_template[pool.template], pool.cell_of(pool.kind, pool.topic, pool.stance)
    )


@pytest.mark.parametrize(
    ("kind", "topic", "stance", "message"),
    [
        (3, 0, 0.0, "kind must be"),
        (0, 1, 0.0, "topic must be 0 to 0"),
        (0, -1, 0.0, "topic"),
        (0, 0, np.nan, "NaN"),
    ],
)
def test_choices_out_of_range_are_refused(kind: int, topic: int, stance: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pool_of("work").choose(kind, topic, stance, 0.5, 0.5)
