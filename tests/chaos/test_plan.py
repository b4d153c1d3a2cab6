"""What a storm does is settled by its seed before it begins, and nothing is left out."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.chaos.plan import (
    DECISIONS,
    LEASE_AND_MORE,
    MANNERS,
    NAMED,
    POOL,
    POSTGRES,
    TARGETS,
    VALKEY,
    WEB,
    draw,
)


def all_of(rounds):
    return [one for ones in rounds for one in ones]


@pytest.mark.parametrize("kills", [1, 6, 11, 30, 100, 257])
def test_as_many_as_asked_for_and_the_same_for_a_seed(kills):
    assert len(all_of(draw(kills, 4))) == kills
    assert draw(kills, 4) == draw(kills, 4)


def test_another_seed_is_another_storm():
    assert draw(30, 1) != draw(30, 2)


@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_land_in_every_named_stage_at_least_ten_times_and_on_every_part_in_every_manner(seed):
    found = all_of(draw(100, seed))
    stages = Counter(one.stage for one in found)
    assert all(stages[stage] >= 10 for stage in NAMED)
    assert {(one.target, one.manner) for one in found} == {(t, m) for t in TARGETS for m in MANNERS}


@pytest.mark.parametrize("seed", range(20))
def test_eleven_land_in_every_named_stage_and_on_every_service(seed):
    found = all_of(draw(11, seed))
    assert {one.stage for one in found} >= set(NAMED)
    assert {one.target for one in found} >= {POSTGRES, VALKEY, WEB, DECISIONS}


@pytest.mark.parametrize("seed", range(20))
def test_what_takes_every_run_with_it_comes_alone_and_the_kills_of_a_round_are_bounded(seed):
    for ones in draw(100, seed):
        assert len(ones) == 1 or not any(one.alone for one in ones)
        assert sum(one.target == POOL for one in ones) <= 3


def test_an_owner_is_stopped_for_longer_than_its_lease():
    stops = [one for one in all_of(draw(200, 1)) if one.manner == "stop/continue" and one.target == POOL]
    assert stops
    assert all(one.seconds >= LEASE_AND_MORE[0] for one in stops)
