"""Who belongs together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.archetypes.clusters import k_means
from agents.archetypes.grouping import ByAttributes
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from tests.agents.archetypes.askers import Said, crowd

STREAMS = Streams(11)
NOBODY = Said(lambda _q: None)


def blobs(per: int = 40) -> np.ndarray:
    centres = np.array([[90, 0, 0, 0], [0, 90, 0, 0], [0, 0, 0, -90]])
    noise = Streams(2).integers("noise", 21, user=np.arange(3 * per)[:, None], item=np.arange(4)) - 10
    return (np.repeat(centres, per, axis=0) + noise).astype(np.int8)


def test_everybody_is_in_the_group_of_their_age_and_camp() -> None:
    world, _ = crowd(200)
    world.users.age[:4] = [17, 30, 77, 0]
    world.users.opinions[:4, 0] = [-0.9, 0.0, 0.9, 0.0]
    grouping = ByAttributes()
    labels, group = grouping.labels(world), grouping.of(world, STREAMS, NOBODY)
    assert [labels[g] for g in group[:4]] == [
        "under 25, against on housing",
        "25 to 49, for on housing",
        "50 or older, for on housing",
        "of unknown age, for on housing",
    ]


@pytest.mark.parametrize("name", ["gender", "community", "activity", "camp:housing"])
def test_every_declared_attribute_groups_users(name: str) -> None:
    world, _ = crowd(50)
    world.users.community[:] = np.arange(50) % 3
    grouping = ByAttributes((name,))
    group = grouping.of(world, STREAMS, NOBODY)
    assert group.dtype == np.int32
    assert 0 <= group.min() <= group.max() < len(grouping.labels(world))


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ((), "at least one"),
        (("shoe size",), "known attributes are age"),
        (("camp:sport",), "topics are housing"),
        (("community",) * 3, "at most 256"),
    ],
)
def test_what_cannot_group_is_refused_in_one_sentence(attributes: tuple[str, ...], says: str) -> None:
    world, _ = crowd(50)
    world.users.community[:] = np.arange(50)
    with pytest.raises(WrongInput, match=says):
        ByAttributes(attributes).of(world, STREAMS, NOBODY)


def test_clusters_are_found_again() -> None:
    found, centres = k_means(blobs(), 3, STREAMS)
    assert centres.shape == (3, 4)
    assert [np.unique(found[i : i + 40]).shape[0] for i in (0, 40, 80)] == [1, 1, 1]
    assert np.unique(found).shape[0] == 3


@given(
    arrays(np.int8, st.tuples(st.integers(1, 30), st.just(3)), elements=st.integers(-127, 127)),
    st.integers(1, 6),
)
@settings(max_examples=50, deadline=None)
def test_every_vector_is_in_its_nearest_cluster_and_none_is_empty_that_need_not_be(
    vectors: np.ndarray, k: int
) -> None:
    found, centres = k_means(vectors, k, STREAMS)
    distance = ((vectors[:, None].astype(np.int64) * 16 - centres[None]) ** 2).sum(axis=2)
    assert np.array_equal(found, distance.argmin(axis=1))
    assert centres.shape[0] <= min(k, np.unique(vectors, axis=0).shape[0])


def test_no_order_of_summing_shows_in_the_clusters() -> None:
    wide = np.tile(blobs(300), (1, 96))
    first = k_means(wide, 5, STREAMS)
    again = k_means(np.asfortranarray(wide), 5, STREAMS)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])


def test_no_clusters_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        k_means(np.zeros((0, 3), np.int8), 2, STREAMS)
