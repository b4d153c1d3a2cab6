"""The metrics of a step as the engine's loop gets them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.batches import EventBatch
from simapp.engine.core.errors import WrongInput
from simapp.metrics.live import BINS, LiveMetrics
from simapp.metrics.registry import all_metrics, live, usual
from tests.metrics.views import CODES, events_of, world_of

PAIRS = np.array([[0, 1], [1, 0], [2, 3], [3, 2]])


def test_the_default_is_the_usual_metrics_in_the_order_of_the_catalogue() -> None:
    measures = LiveMetrics(codes=CODES)
    assert measures.names == usual()
    assert list(measures.names) == [name for name in all_metrics() if name in usual()]
    assert LiveMetrics(["default"], codes=CODES).names == measures.names


def test_one_word_stands_for_every_metric_that_a_step_can_have() -> None:
    assert LiveMetrics("live", codes=CODES).names == live()
    assert set(usual()) < set(live())
    assert "rwc" not in live()


def test_a_metric_that_no_step_has_is_refused_by_name() -> None:
    with pytest.raises(WrongInput, match="metrics: 'rwc' is computed on demand"):
        LiveMetrics(["rwc"], codes=CODES)


def test_only_the_named_metrics_are_measured() -> None:
    live = LiveMetrics(["refused_share", "opinion_variance"], codes=CODES)
    points, _ = live.measure(world_of(np.zeros((4, 1)), PAIRS), EventBatch.empty())
    assert list(points) == ["opinion_variance", "refused_share"]


def test_an_unknown_metric_is_refused_by_name() -> None:
    with pytest.raises(
        WrongInput, match=r"metrics: unknown metric 'polarization'; known: default, live, active_users"
    ):
        LiveMetrics(["polarization"], codes=CODES)


def test_a_metric_named_twice_is_refused() -> None:
    with pytest.raises(WrongInput, match="metrics: 'camp_share' is named twice"):
        LiveMetrics(["camp_share", "camp_share"], codes=CODES)


def test_metrics_may_be_named_beside_the_usual_ones() -> None:
    assert LiveMetrics(["default", "camp_share"], codes=CODES).names == usual()
    assert set(LiveMetrics(["default", "modularity"], codes=CODES).names) == {*usual(), "modularity"}


def test_opinions_are_measured_as_they_are_shown() -> None:
    native = np.array([[40.0], [35.0], [-30.0], [-50.0]])
    points, histogram = LiveMetrics(codes=CODES).measure(
        world_of(native, PAIRS, scale=1.0), EventBatch.empty()
    )
    assert points["opinion_variance"].value == pytest.approx(1.0)
    assert points["ei_index"].value == -1.0
    assert points["neighbour_correlation"].value == pytest.approx(1.0)
    assert histogram[0, [0, -1]].tolist() == [2, 2]


def test_the_events_of_the_step_are_counted() -> None:
    events = events_of((0, "like_post", 0), (1, "like_post", 3), (2, "repost", 0))
    points, _ = LiveMetrics(codes=CODES).measure(world_of(np.zeros((4, 1)), PAIRS), events)
    assert points["likes_made"].value == 1
    assert points["active_users"].value == 2
    assert points["refused_share"].value == pytest.approx(1 / 3)


def test_measuring_changes_nothing_and_repeats_to_the_bit() -> None:
    native = np.random.default_rng(5).normal(size=(500, 2))
    edges = np.unique(np.random.default_rng(6).integers(0, 500, (4_000, 2)), axis=0)
    world = world_of(native, edges[edges[:, 0] != edges[:, 1]], scale=1.0)
    live = LiveMetrics(codes=CODES)
    first, bins = live.measure(world, EventBatch.empty())
    second, again = LiveMetrics(codes=CODES).measure(world, EventBatch.empty())
    assert first == second
    assert np.array_equal(bins, again)
    assert np.array_equal(world.users.opinions, native)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(-1, 1, width=32), st.floats(-1, 1, width=32)), max_size=40),
    bins=st.integers(1, 64),
)
def test_the_histogram_counts_everybody_once_per_topic_in_half_open_bins(
    rows: list[tuple[float, float]], bins: int
) -> None:
    native = np.asarray(rows, float).reshape(-1, 2)
    live = LiveMetrics(["camp_share"], codes={}, bins=bins)
    _, histogram = live.measure(world_of(native, np.zeros((0, 2), int)), EventBatch.empty())
    assert histogram.shape == (2, bins)
    assert histogram.dtype == np.int64
    for topic in (0, 1):
        place = np.minimum(np.floor((native[:, topic] + 1.0) * (bins / 2)).astype(int), bins - 1)
        assert histogram[topic].tolist() == np.bincount(place, minlength=bins).tolist()


def test_the_ends_and_the_middle_fall_into_the_bins_they_belong_to() -> None:
    native = np.array([[-1.0], [0.0], [1.0], [7.0]])
    _, histogram = LiveMetrics(codes=CODES).measure(
        world_of(native, np.zeros((0, 2), int)), EventBatch.empty()
    )
    assert np.flatnonzero(histogram[0]).tolist() == [0, BINS // 2, BINS - 1]
    assert histogram[0, -1] == 2


def test_an_opinion_that_is_no_number_makes_metrics_missing_and_is_in_no_bin() -> None:
    native = np.array([[0.5], [np.nan], [-0.5], [0.2]])
    points, histogram = LiveMetrics(codes=CODES).measure(world_of(native, PAIRS), EventBatch.empty())
    assert points["opinion_variance"].value is None
    assert all(p.value is None or np.isfinite(p.value) for p in points.values())
    assert histogram.sum() == 3


def test_a_world_without_topics_has_no_opinion_metrics() -> None:
    points, histogram = LiveMetrics(codes=CODES).measure(
        world_of(np.zeros((4, 0)), PAIRS), EventBatch.empty()
    )
    assert points["opinion_variance"].value is None
    assert points["ei_index"].value is None
    assert points["likes_made"].value == 0
    assert histogram.shape == (0, BINS)
