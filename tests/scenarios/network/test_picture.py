"""Pictures of networks: everybody on it, friends near each other."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core.streams import Streams
from simapp.scenarios.network.picture import MOST, place
from simapp.scenarios.network.stochastic_block import stochastic_block


def _two_blocks(users: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    block = (np.arange(users) % 2).astype(np.int32)
    follower, followee = stochastic_block(block, 8.0, homophily=0.97, streams=Streams(3))
    return block, follower, followee


def test_groups_that_keep_to_themselves_lie_apart() -> None:
    block, follower, followee = _two_blocks(120)
    at = place(120, follower, followee)
    assert at.shape == (120, 2)
    assert ((at >= 0) & (at <= 1)).all()
    centres = np.stack([at[block == side].mean(axis=0) for side in (0, 1)])
    within = np.mean([np.linalg.norm(at[block == side] - centres[side], axis=1).mean() for side in (0, 1)])
    assert np.linalg.norm(centres[0] - centres[1]) > 1.5 * within


def test_the_same_network_is_drawn_the_same_way_twice() -> None:
    _, follower, followee = _two_blocks(60)
    assert (place(60, follower, followee) == place(60, follower, followee)).all()


@pytest.mark.parametrize("users", [1, 2, 3, 50])
def test_people_whom_nobody_follows_have_places_of_their_own(users: int) -> None:
    none = np.empty(0, np.int32)
    at = place(users, none, none)
    assert len({tuple(point) for point in at.round(6)}) == users


def test_a_picture_of_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        place(MOST + 1, np.empty(0, np.int32), np.empty(0, np.int32))
