"""Published opinion models, one step at a time, where the next opinions can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.opinions import registry
from agents.opinions.base import CONTACTS, OpinionModel
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from simapp.scenarios.parts.minds import Minds
from tests.recommender.worlds import found, write


def world_of(opinions: list[float], follows: list[tuple[int, int]] = ()) -> World:
    world = found(len(opinions), follows)
    world.users.opinions[:, 0] = opinions
    return world


def move(
    model: OpinionModel, world: World, feed: FeedBatch | None = None, *, steps: int = 1, seed: int = 1
) -> list[float]:
    """Everybody is active; nothing is shown unless a feed is given."""
    if feed is None:
        feed = FeedBatch.empty(len(world.users), k=3)
        feed.viewers[:] = np.arange(len(world.users))
    for _ in range(steps):
        rows = world.posts.rows_of(feed.posts)
        model.move(world, feed, rows, np.uint64(7), 1000.0, Streams(seed), Workers(1, 2))
        world.step += 1
    return world.users.opinions[:, 0].tolist()


def shown(world: World, reader: int, *opinions: float) -> FeedBatch:
    """One reader is shown posts of user 0 with these opinions."""
    serials = [write(world, 0, n=n, stance=float(np.clip(x, -1, 1)), opinion=x) for n, x in enumerate(opinions)]
    feed = FeedBatch.empty(1, k=len(opinions))
    feed.viewers[:], feed.posts[0] = reader, serials
    return feed


def test_every_opinion_model_of_a_scenario_is_a_file_and_the_reverse() -> None:
    kinds = set()
    for name in registry.names():
        minds = Minds.model_validate({"opinion": {"kind": name}})
        model = registry.build(name, minds.opinion.model_dump(exclude={"kind"}))
        assert isinstance(model, registry.load(name))
        kinds.add(name)
    assert kinds == set(registry.names())
    assert registry.build("none", {}) is None
    with pytest.raises(KeyError, match="known: algorithmic_bias, baumann"):
        registry.load("sznajd")


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize("contacts", CONTACTS)
def test_every_model_survives_users_without_contacts_and_empty_feeds(name: str, contacts: str) -> None:
    world = world_of([0.2, 0.9, 0.5])
    moved = move(replace(registry.load(name)(), contacts=contacts), world)
    assert np.isfinite(moved).all()


def test_degroot_takes_the_mean_of_oneself_and_all_followees() -> None:
    world = world_of([0.0, 0.6, 0.9], [(0, 1), (0, 2), (1, 2)])
    assert move(registry.load("degroot")(own=1.0, contacts="follows"), world) == pytest.approx([0.5, 0.75, 0.9])


def test_degroot_among_everyone_ends_in_the_mean_at_once() -> None:
    assert move(registry.load("degroot")(contacts="everyone"), world_of([0.0, 0.3, 0.9])) == pytest.approx([0.4] * 3)


def test_a_reader_averages_what_was_read_and_its_author_does_not_move() -> None:
    world = world_of([0.9, 0.0])
    feed = shown(world, 1, 0.3, 0.9)
    assert move(registry.load("degroot")(own=1.0, contacts="feed"), world, feed) == pytest.approx([0.9, 0.4])


def test_who_is_not_active_keeps_the_opinion() -> None:
    world = world_of([0.0, 1.0], [(0, 1), (1, 0)])
    feed = FeedBatch.empty(1)
    feed.viewers[:] = 0
    assert move(registry.load("degroot")(contacts="follows"), world, feed) == [0.5, 1.0]


def test_friedkin_johnsen_remembers_the_first_opinion_for_ever() -> None:
    world = world_of([0.0, 1.0], [(0, 1), (1, 0)])
    model = registry.load("friedkin_johnsen")(susceptibility=0.5, contacts="follows")
    assert move(model, world, steps=1) == [0.5, 0.5]
    # From here x0 <- 0.5 x1 and x1 <- 0.5 x0 + 0.5, whose limit is 1/3 and 2/3.
    assert move(model, world, steps=60) == pytest.approx([1 / 3, 2 / 3])


def test_hegselmann_krause_hears_nobody_beyond_the_bound() -> None:
    model = registry.load("hegselmann_krause")(epsilon=0.2, contacts="everyone")
    assert move(model, world_of([0.0, 0.15, 0.5, 0.9])) == pytest.approx([0.075, 0.075, 0.5, 0.9])


def test_a_voter_takes_over_the_opinion_of_somebody_followed() -> None:
    world = world_of([0.0, 1.0, 1.0], [(0, 1), (0, 2)])
    assert move(registry.load("voter")(rate=20.0, contacts="follows"), world) == [1.0, 1.0, 1.0]


def test_the_last_post_read_wins_over_a_voter() -> None:
    world = world_of([0.0, 0.5])
    assert move(registry.load("voter")(contacts="feed"), world, shown(world, 1, 0.3, 0.25))[1] == 0.25


def test_deffuant_readers_move_by_mu_towards_what_is_near_only() -> None:
    world = world_of([0.0, 0.5])
    feed = shown(world, 1, 0.9, 0.6)
    assert move(registry.load("deffuant")(epsilon=0.2, mu=0.5, contacts="feed"), world, feed)[1] == pytest.approx(0.55)


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.floats(0.01, 1), st.floats(0, 0.5), st.integers(0, 99))
def test_meetings_keep_the_mean_and_never_raise_the_spread(
    x: list[float], epsilon: float, mu: float, seed: int
) -> None:
    world = world_of(x)
    model = registry.load("deffuant")(epsilon=epsilon, mu=mu, contacts="everyone", rate=3.0)
    moved = np.array(move(model, world, steps=3, seed=seed))
    assert moved.mean() == pytest.approx(np.mean(x), abs=1e-12)
    assert moved.var() <= np.var(x) + 1e-12
    assert min(x) <= moved.min() <= moved.max() <= max(x)


def test_social_judgement_attracts_the_near_repels_the_far_and_leaves_the_rest() -> None:
    model = registry.load("social_judgement")(accept=0.2, reject=0.5, mu=0.5, contacts="feed")
    for said, after in ((0.6, 0.55), (0.9, 0.5), (-0.5, 1.0)):
        world = world_of([0.0, 0.5])
        assert move(model, world, shown(world, 1, said))[1] == pytest.approx(after)


def test_without_bias_or_rejection_three_models_are_one() -> None:
    start = Streams(3).uniform("x", user=np.arange(50)).tolist()
    plain = move(registry.load("deffuant")(epsilon=0.3, contacts="everyone"), world_of(start), steps=5)
    judged = move(
        registry.load("social_judgement")(accept=0.3, reject=9.0, mu=0.5, contacts="everyone"), world_of(start), steps=5
    )
    assert plain == judged


def test_bias_prefers_the_near() -> None:
    near = 0
    for seed in range(200):
        world = world_of([0.0, 0.01, 0.3])
        model = registry.load("algorithmic_bias")(gamma=2.0, epsilon=1.0, mu=0.5, contacts="everyone", rate=1.0)
        feed = FeedBatch.empty(1)
        feed.viewers[:] = 0
        after = move(model, world, feed, seed=seed)
        near += after[2] == 0.3 and after[0] != 0.0
    assert near > 100


def test_baumann_addresses_people_who_are_moved_and_answers_with_the_given_chance() -> None:
    model = registry.load("baumann")(beta=0.0, slots=2, contacts="everyone", reciprocity=1.0, dt=0.1)
    world = world_of([1.0, 0.0, 0.0, 0.0])
    feed = FeedBatch.empty(1)
    feed.viewers[:] = 0
    after = move(model, world, feed)
    assert sorted(after[1:])[:1] == [0.0]
    assert np.count_nonzero(np.array(after[1:]) > 0) == 2
    assert after[0] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("kind", "native", "as_shown"), [("deffuant", 0.75, 0.5), ("voter", -1.0, -1.0), ("degroot", 0.5, 0.5)]
)
def test_native_opinions_are_shown_between_minus_one_and_one(kind: str, native: float, as_shown: float) -> None:
    world = world_of([native])
    for name, value in registry.shown_by(kind).items():
        setattr(world, name, value)
    assert float(world.shown_opinions()[0, 0]) == pytest.approx(as_shown)


@pytest.mark.parametrize("name", ["deffuant", "voter", "baumann"])
def test_a_user_more_gives_nobody_else_other_meetings(name: str) -> None:
    model: Any = replace(registry.load(name)(), contacts="follows")
    follows = [(0, 1), (1, 2), (2, 0)]
    alone = move(model, world_of([0.1, 0.2, 0.3], follows))
    joined = move(model, world_of([0.1, 0.2, 0.3, 0.9], follows))
    assert joined[:3] == alone
