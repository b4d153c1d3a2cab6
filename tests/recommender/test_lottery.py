"""The lottery of the popular."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.registry import build_feed
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.worlds import found, write


@pytest.mark.parametrize(("strength", "share"), [(0.0, 0.5), (1.0, 0.75), (2.0, 0.9)])
def test_a_post_is_shown_first_in_proportion_to_its_reactions_to_a_power(strength: float, share: float) -> None:
    world = found(4001, [(u, 0) for u in range(1, 4001)])
    write(world, 0, n=0, likes=1, comments=1)  # 1 + 2 reactions against 1
    write(world, 0, n=1)
    feed = build_feed("popularity-lottery", {"strength": strength})
    viewers = np.arange(1, 4001, dtype=np.int32)
    shown = feed.rank(world, viewers, 1, Streams(3), Workers(1)).posts[:, 0]
    assert (shown == 0).mean() == pytest.approx(share, abs=0.035)


def test_what_is_drawn_changes_from_step_to_step() -> None:
    world = found(200, [(u, 0) for u in range(1, 200)])
    write(world, 0, n=0)
    write(world, 0, n=1)
    feed, viewers = build_feed("popularity-lottery"), np.arange(1, 200, dtype=np.int32)
    first = feed.rank(world, viewers, 1, Streams(3), Workers(1)).posts[:, 0]
    world.step += 1
    second = feed.rank(world, viewers, 1, Streams(3), Workers(1)).posts[:, 0]
    assert 60 < (first != second).sum() < 140
