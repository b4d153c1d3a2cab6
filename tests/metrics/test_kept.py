"""What is kept between steps equals what is computed from scratch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.batches import EventBatch
from simapp.engine.core.threads import Workers
from simapp.metrics.inequality import inequality
from simapp.metrics.live import LiveMetrics
from tests.metrics.views import CODES, events_of, world_of

N = 40


def change_follows(world, rng: np.random.Generator, many: int) -> EventBatch:
    """Make and end some follows, as users' actions do, and return the events."""
    edges = set(zip(*(side.tolist() for side in world.follows.edges()), strict=True))
    ending = [e for e in sorted(edges) if rng.random() < many / (4 * N)]
    making = {(int(a), int(b)) for a, b in rng.integers(0, N, (many, 2)) if a != b} - edges
    world.follows.change(
        tuple(np.array([e[i] for e in sorted(making)], np.int32) for i in (0, 1)),
        tuple(np.array([e[i] for e in ending], np.int32) for i in (0, 1)),
    )
    return events_of(*((a, "follow", 0) for a, _ in sorted(making)), *((a, "unfollow", 0) for a, _ in ending))


@settings(max_examples=40)
@given(seed=st.integers(0, 2**31), threads=st.integers(1, 3), moving=st.sampled_from([0, 1, 2, N]))
def test_metrics_that_are_updated_equal_those_computed_from_scratch_to_the_bit(
    seed: int, threads: int, moving: int
) -> None:
    rng = np.random.default_rng(seed)
    edges = np.unique(rng.integers(0, N, (4 * N, 2)), axis=0)
    world = world_of(rng.uniform(-1, 1, (N, 1)), edges[edges[:, 0] != edges[:, 1]])
    kept = LiveMetrics("live", codes=CODES, workers=Workers(threads, 7))
    renewed = []
    for _ in range(6):
        world.step += 1
        events = change_follows(world, rng, int(rng.integers(0, 4)))
        users = rng.integers(0, N, moving)
        world.users.opinions[users, 0] = rng.choice([-0.7, 0.0, 0.2, 0.9], moving)
        points, _ = kept.measure(world, events)
        scratch, _ = LiveMetrics("live", codes=CODES).measure(world, events)
        assert points == scratch
        assert np.array_equal(world.follows.followers, np.bincount(world.follows.followees, minlength=N))
        assert points["followers_gini"].value == inequality(world.follows.followers).gini
        renewed.append(kept._kept.renewed)
    assert renewed[0] == N
    if moving == 0:
        # Only those who follow somebody new, or no longer, are looked at again.
        assert max(renewed[1:]) <= 10


def test_nothing_is_kept_over_a_step_that_was_not_measured() -> None:
    world = world_of(np.linspace(-1, 1, N).reshape(N, 1), np.array([[0, 1], [1, 2]]))
    live = LiveMetrics(codes=CODES)
    for step, expected in ((1, N), (2, 0), (4, N), (4, N), (5, 0)):
        world.step = step
        live.measure(world, EventBatch.empty())
        assert live._kept.renewed == expected


def test_follows_that_change_without_an_event_are_noticed() -> None:
    world = world_of(np.linspace(-1, 1, N).reshape(N, 1), np.array([[0, 1], [1, 2]]))
    live = LiveMetrics(codes=CODES)
    world.step = 1
    live.measure(world, EventBatch.empty())
    world.step = 2
    world.follows.change((np.array([0], np.int32), np.array([N - 1], np.int32)), (np.zeros(0, np.int32),) * 2)
    points, _ = live.measure(world, EventBatch.empty())
    assert points == LiveMetrics(codes=CODES).measure(world, EventBatch.empty())[0]
    assert points["ei_index"].value == pytest.approx(-1 / 3)
