from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.scenarios.document import load_scenario
from simapp.scenarios.population.build import build_population, resolve_author

ARRAYS = ("age", "gender", "rhythm", "level", "voice", "opinions", "follower", "followee", "community")


def build(seed=7, **parts):
    return build_population(load_scenario({"title": "A world", **parts}), Streams(seed))


def test_a_population_has_the_promised_shapes_and_types():
    population = build(population={"users": 300}, topics=["housing", "sport"])
    assert population.users == len(population.profiles) == 300
    for name, dtype in (
        ("age", np.int16), ("gender", np.uint8), ("rhythm", np.int32), ("level", np.float32),
        ("voice", np.float32), ("community", np.int32),
    ):  # fmt: skip
        assert getattr(population, name).shape == (300,)
        assert getattr(population, name).dtype == dtype
    assert population.opinions.shape == (300, 2)
    assert population.opinions.dtype == np.float64
    assert population.rhythm.max() < population.rhythms.shape[0]
    assert population.level.min() > 0
    assert np.all(population.community == -1)
    assert population.follower.size / 300 == pytest.approx(20, rel=0.05)


def test_the_same_seed_gives_the_same_people_and_another_seed_others():
    one, same, other = build(), build(), build(seed=8)
    for name in ARRAYS:
        assert np.array_equal(getattr(one, name), getattr(same, name)), name
    assert one.profiles.rows(0, 50) == same.profiles.rows(0, 50)
    assert not np.array_equal(one.opinions, other.opinions)
    assert not np.array_equal(one.followee, other.followee)


def test_a_larger_population_begins_with_the_same_users():
    small, large = (build(population={"users": n}, network={"kind": "none"}) for n in (200, 900))
    for name in ("age", "gender", "rhythm", "level", "voice", "opinions"):
        assert np.array_equal(getattr(small, name), getattr(large, name)[:200]), name


def test_blocks_by_opinion_are_the_signs_on_the_first_topic():
    network = {"kind": "stochastic_block", "by": "opinion", "homophily": 0.9}
    population = build(network=network)
    assert np.array_equal(population.community == 1, population.opinions[:, 0] > 0)
    same = population.community[population.follower] == population.community[population.followee]
    assert same.mean() == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("kind", ["barabasi_albert", "watts_strogatz", "stochastic_block"])
def test_a_world_of_one_user_builds(kind):
    population = build(population={"users": 1}, network={"kind": kind, "mean_followees": 0})
    assert population.follower.size == 0
    assert population.profiles.rows(0, 1)[0].handle


def test_seed_posts_get_their_authors():
    post = {"text": "Hello", "topic": "sport", "stance": -0.5, "appeal": 0.3}
    population = build(
        topics=["housing", "sport"],
        seed_posts=[{**post, "author": a} for a in ("most_followed", 7, "random", "random", "random")],
    )
    followers = np.bincount(population.followee, minlength=1000)
    authors = [p.author for p in population.seed_posts]
    assert followers[authors[0]] == followers.max()
    assert authors[1] == 7
    assert len(set(authors[2:])) == 3
    assert population.seed_posts[0].topic == 1
    assert (population.seed_posts[0].stance, population.seed_posts[0].appeal) == (-0.5, 0.3)


def test_a_seed_post_more_draws_nobody_else_anew():
    post = {"text": "Hello", "topic": "sport"}
    drawn = [{**post, "author": "random"}] * 3
    alone = build(topics=["housing", "sport"], seed_posts=drawn)
    more = build(topics=["housing", "sport"], seed_posts=[{**post, "author": "most_followed"}, *drawn])
    assert [p.author for p in more.seed_posts[1:]] == [p.author for p in alone.seed_posts]


def test_the_most_followed_of_equals_is_the_one_with_the_lowest_number():
    facts = {"users": 5, "streams": Streams(1), "purpose": "x"}
    assert resolve_author("most_followed", followee=np.array([3, 2, 2, 3], np.int32), **facts) == 2
    with pytest.raises(WrongInput, match="users 0 to 4"):
        resolve_author(5, followee=np.empty(0, np.int32), **facts)


def test_people_from_a_file_cannot_be_built_without_the_file():
    people = {"upload": "0" * 64, "format": "oasis-x", "name": "users.csv"}
    with pytest.raises(WrongInput, match=r"users\.csv"):
        build(population={"people": people})
