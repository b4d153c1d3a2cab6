"""What rules are said to have made of a feed is what they draw by."""

from __future__ import annotations

import numpy as np
import pytest

from agents.chances import chances_of, read_of
from agents.deeds import DEEDS
from agents.minds.rules import Rates
from agents.reading import MOST
from simapp.engine.core.posts import REPOST
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.threads import Workers
from tests.agents.test_rules import crowd, mind
from tests.recommender.worlds import write

RATES = Rates(**dict.fromkeys(DEEDS, 0.4))


@pytest.mark.parametrize("herd", [0.0, 0.8])
def test_the_deeds_of_a_step_are_those_whose_draw_lies_below_the_chance_that_is_told(herd: float) -> None:
    world, feed = crowd(0.9, -0.4, float("nan"), 0.1, users=200, likes=3)
    # In the first place a repost of the second post, by user 3.
    feed.posts[:, 0] = write(world, 3, kind=REPOST, of=1, topic=0, stance=-0.4, appeal=0.5)
    mind_, streams = mind(RATES, depth=2.5, herd=herd), Streams(11)
    made = mind_._react(world, feed, streams, Workers())
    some = 0
    for v, viewer in enumerate(feed.viewers.tolist()):
        expected = []
        shown = feed.posts[v].tolist()
        told = chances_of(mind_, world, viewer, shown)
        for serial, one in list(zip(shown, told, strict=True))[: read_of(mind_, world, viewer, len(shown), streams)]:
            name = world.posts.key[world.posts.row(np.array([serial]))[0]]
            expected += [
                (DEEDS.index(deed), serial - world.posts.base)
                for deed, chance in one.by_deed.items()
                if draw(streams.key(deed, world.step), viewer, name) < chance
            ]
        done = list(zip(made.deed[v].tolist(), made.target[v].tolist(), strict=True))[: made.count[v]]
        assert done == expected[:MOST], viewer
        some += len(done)
    assert some > 100


def test_a_post_that_has_left_the_window_has_no_chances() -> None:
    world, _ = crowd(0.5)
    assert chances_of(mind(RATES), world, 2, [999]) == [None]
