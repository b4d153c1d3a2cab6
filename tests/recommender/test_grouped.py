"""Users in different groups have different feeds, and nothing else of theirs differs."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.embeddings.hashing import HashedWords
from recommender.grouped import Group, Grouped
from recommender.registry import build_feed
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.runs.assemble import Parts
from simapp.scenarios.document import load_scenario
from tests.recommender.test_presets import EVERYBODY, assert_equal, likes_of_everybody
from tests.recommender.worlds import CODES, busy

STREAMS = Streams(3)


def feed_of(preset: str):
    return build_feed(preset, codes=CODES, encoder=HashedWords())


def halves(share: float = 0.5) -> Grouped:
    return Grouped(feed_of("chronological"), [Group("ranked", feed_of("reddit-hot"), share)])


def test_everybody_has_the_feed_of_the_own_group_place_by_place():
    world, feed = busy(), halves()
    feed.prepare(world)
    batch = feed.rank(world, EVERYBODY, 8, STREAMS, Workers())
    of = feed.members(world, EVERYBODY, STREAMS)
    assert 15 < of.sum() < 45
    for number, preset in enumerate(("chronological", "reddit-hot")):
        alone = feed_of(preset)
        mine = EVERYBODY[of == number]
        whole = alone.rank(world, mine, 8, STREAMS, Workers())
        np.testing.assert_array_equal(batch.posts[of == number], whole.posts)
        np.testing.assert_array_equal(batch.scores[of == number], whole.scores)
        names = [[feed.sources[c] for c in row] for row in batch.sources[of == number]]
        assert names == [[alone.sources[c] for c in row] for row in whole.sources]


def test_company_and_threads_do_not_change_whose_feed_it_is():
    world, feed = busy(), halves()
    feed.prepare(world)
    whole = feed.rank(world, EVERYBODY, 8, STREAMS, Workers())
    some = np.array([4, 9, 44], np.int32)
    assert_equal(whole.take(some), halves().rank(world, some, 8, STREAMS, Workers(2, 1)))


def test_a_larger_share_takes_more_in_and_lets_nobody_go():
    world = busy()
    small, large = (halves(share).members(world, EVERYBODY, STREAMS) for share in (0.3, 0.6))
    assert large.sum() > small.sum()
    assert (large[small == 1] == 1).all()
    assert halves(0.0).members(world, EVERYBODY, STREAMS).sum() == 0
    assert halves(1.0).members(world, EVERYBODY, STREAMS).sum() == 60


def test_communities_choose_by_where_one_lives_and_the_first_group_that_fits_wins():
    world = busy()
    world.users.community[:] = EVERYBODY % 3
    groups = [Group("one", feed_of("random"), None, (1,)), Group("both", feed_of("reddit-hot"), None, (1, 2))]
    feed = Grouped(feed_of("chronological"), groups)
    assert feed.members(world, EVERYBODY, STREAMS).tolist() == [n % 3 for n in range(60)]


def test_what_two_pipelines_both_learn_is_learned_once():
    worlds = [busy(), busy()]
    once, twice = feed_of("interest"), Grouped(feed_of("interest"), [Group("x", feed_of("x-2026"), 0.5)])
    for feed, world in zip((once, twice), worlds, strict=True):
        feed.prepare(world)
        feed.learn(world, likes_of_everybody(world))
    name = "feed/interest"
    np.testing.assert_array_equal(worlds[0].extra[name], worlds[1].extra[name])
    assert twice.encoder == once.encoder


def test_a_group_can_be_given_another_feed_and_an_unknown_one_cannot():
    feed = halves().with_group("ranked", feed_of("random"))
    assert feed.groups[0].feed.name == "random"
    assert feed.rest.name == "chronological"
    with pytest.raises(WrongInput, match="the group others; the feed has ranked"):
        feed.with_group("others", feed_of("random"))


SCENARIO = """
schema_version: 1
title: Two feeds
topics: [work]
feed:
  preset: chronological
  groups:
    - {name: ranked, share: 0.5, preset: reddit-hot}
    - name: own
      communities: [0]
      preset: custom
      pipeline:
        sources: [{part: trending}]
        scorers: [{part: wilson, weight: 2}]
interventions:
  - {kind: switch_feed, at: 2, preset: random, group: ranked}
  - {kind: switch_feed, at: 3, preset: hacker-news}
"""


def test_a_scenario_says_who_has_which_feed_and_switches_groups_and_all():
    parts = Parts(load_scenario(SCENARIO), Streams(1), Workers())
    feed = parts.feed()
    assert [group.feed.name for group in feed.groups] == ["reddit-hot", "custom"]
    first, second = (change.model_dump(mode="json") for change in parts.scenario.interventions)
    feed = parts.switched(first, feed)
    assert [group.feed.name for group in feed.groups] == ["random", "custom"]
    assert parts.switched(second, feed).name == "hacker-news"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("group: ranked", "group: others", r"interventions\.0\.group is .others.; it must be one of"),
        ("at: 2", "at: 4", r"interventions\.0\.group .* the switch of step 3 ended all groups"),
        ("preset: random,", "preset: custom,", r"pipeline .* because the preset is custom"),
        ("name: own", "name: ranked", "groups of different names"),
        ("communities: [0]", "communities: []", r"groups\.1\.share"),
    ],
)
def test_groups_that_do_not_fit_are_refused(old, new, said):
    with pytest.raises(WrongInput, match=said):
        load_scenario(SCENARIO.replace(old, new, 1))
