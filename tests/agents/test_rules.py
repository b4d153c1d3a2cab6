"""The rule mind: what it reads, does, writes and comes to think."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.deeds import DEEDS
from agents.minds.rules import Rates, RuleMind
from agents.opinions.baumann import Baumann
from agents.text.kept import kept_pool
from agents.writing import Writing
from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import all_actions, code_of
from simapp.engine.core.batches import ActionBatch, DecisionBatch, FeedBatch
from simapp.engine.core.rules import Rules
from simapp.engine.core.streams import Streams
from simapp.engine.core.texts import Texts
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.recommender.worlds import found, write

POOL = kept_pool(["housing"], 1, 1100)
CODES = {name: action.code for name, action in all_actions().items()}
NO_RATES = Rates(**dict.fromkeys(DEEDS, 0.0))
USERS = 400


def mind(rates: Rates = NO_RATES, **more: object) -> RuleMind:
    return RuleMind(codes=CODES, writing=Writing(POOL), **{"rates": rates, "depth": 1000.0, **more})


def crowd(*stances: float, users: int = USERS, likes: int = 0) -> tuple[World, FeedBatch]:
    """Everybody is shown the same posts of user 0, who keeps out of it."""
    world = found(users, [(u, 0) for u in range(1, users // 2)])
    world.texts = Texts(POOL.texts)
    for n, stance in enumerate(stances):
        write(world, 0, n=n, stance=stance, opinion=stance, appeal=0.5, likes=likes)
        world.posts.below[n] = world.posts.size[n] = 1
    viewers = np.arange(1, users, dtype=np.int32)
    shown = np.tile(np.arange(len(stances), dtype=np.int64), (users - 1, 1))
    ones = np.ones(shown.shape, np.float32)
    return world, FeedBatch(viewers, shown, ones, np.zeros(shown.shape, np.uint8))


def decide(
    mind_: RuleMind, world: World, feed: FeedBatch, *, batch: int = 16_384, seed: int = 5
) -> DecisionBatch:
    return mind_.decide(world, feed, Streams(seed), Workers(1, batch))


def count(decisions: DecisionBatch, name: str) -> int:
    return int(np.count_nonzero(decisions.actions.code == code_of(name)))


def test_whoever_does_nothing_says_so_and_nobody_else() -> None:
    world, feed = crowd(0.0)
    world.users.voice[:] = 0
    decisions = decide(mind(), world, feed)
    assert count(decisions, "do_nothing") == len(feed)
    assert decisions.actions.actor.tolist() == feed.viewers.tolist()


def test_an_empty_feed_is_survived() -> None:
    world, _ = crowd(0.0)
    empty = FeedBatch.empty(3, k=5)
    empty.viewers[:] = [1, 2, 3]
    assert len(decide(mind(), world, empty).actions) == 3
    mind().remember(world, empty, decide(mind(), world, empty), Streams(1), Workers())


@pytest.mark.parametrize(
    ("deed", "near", "far"), [("like_post", 1, -1), ("repost", 1, -1), ("dislike_post", -1, 1)]
)
def test_the_stance_gate_decides_for_or_against_by_distance(deed: str, near: float, far: float) -> None:
    rates = replace(NO_RATES, **{deed: 0.5})
    done = {}
    for stance in (near, far):
        world, feed = crowd(stance)
        world.users.voice[:] = 0
        world.users.opinions[:] = 1.0
        done[stance] = count(decide(mind(rates), world, feed), deed)
    # |x - s| = 2 on the shown scale: the gate is exp(-2 / 0.7) = 0.06.
    assert done[near] > 5 * done[far]


def test_a_post_of_unknown_stance_suits_everybody() -> None:
    world, feed = crowd(float("nan"))
    world.users.voice[:] = 0
    world.users.opinions[:] = -1.0
    assert count(decide(mind(replace(NO_RATES, like_post=1.0)), world, feed), "like_post") == len(feed)


def test_the_herd_likes_what_is_liked() -> None:
    rates = replace(NO_RATES, like_post=0.2)
    results = []
    for likes, herd in ((0, 1.0), (1, 0.0), (1, 1.0)):
        world, feed = crowd(0.0, likes=likes, users=3000)
        world.users.voice[:] = 0
        results.append(count(decide(mind(rates, herd=herd), world, feed), "like_post"))
    assert results[0] == results[1]
    assert results[2] / results[0] == pytest.approx(1.5, rel=0.15)


def test_attention_stops_early_and_falls_with_rank() -> None:
    world, feed = crowd(*[0.0] * 8, users=4000)
    world.users.voice[:] = 0
    decisions = decide(mind(replace(NO_RATES, like_post=1.0), depth=3.0), world, feed)
    liked = np.bincount(decisions.actions.post[decisions.actions.post >= 0], minlength=8)
    assert liked[0] == len(feed)
    ratio = liked[1:] / liked[:-1]
    assert np.all(np.abs(ratio - 2 / 3) < 0.08)


def test_who_has_a_large_audience_writes_more_often() -> None:
    world, feed = crowd(0.0, users=2000)
    world.users.voice[:] = 0.2
    world.follows.followers[:1000] = 0
    world.follows.followers[1000:] = 30
    authors = decide(mind(), world, feed).actions
    writers = authors.actor[authors.code == code_of("create_post")]
    few, many = np.count_nonzero(writers < 1000), np.count_nonzero(writers >= 1000)
    assert many / few == pytest.approx(31**0.7, rel=0.35)


def test_a_follow_changes_the_chance_to_write_of_the_followed_alone() -> None:
    world, feed = crowd(0.0, users=3000)
    world.users.voice[:] = 0.3
    before = decide(mind(), world, feed).actions
    world.follows.followers[7] += 2000
    after = decide(mind(), world, feed).actions
    writers = [set(a.actor[a.code == code_of("create_post")].tolist()) - {7} for a in (before, after)]
    assert len(writers[0]) > 100
    assert writers[0] == writers[1]


def test_people_write_what_they_think() -> None:
    world, feed = crowd(0.0, users=3000)
    world.users.voice[:] = 1.0
    world.users.opinions[:1500] = -0.9
    world.users.opinions[1500:] = 0.9
    actions = decide(mind(), world, feed).actions
    said = actions.take(actions.code == code_of("create_post"))
    assert len(said) > 500
    against, for_ = said.stance[said.actor < 1500], said.stance[said.actor >= 1500]
    assert against.mean() < -0.6
    assert for_.mean() > 0.6
    assert np.unique(said.text).shape[0] > 150


def test_what_is_not_offered_is_not_even_tried() -> None:
    everything = Rates(**dict.fromkeys(DEEDS, 1.0))
    world, feed = crowd(0.0)
    offered = np.zeros(256, np.bool_)
    offered[[code_of("like_post"), code_of("do_nothing")]] = True
    world.rules = Rules(offered=offered)
    names = {code: name for name, code in CODES.items()}
    used = {names[int(code)] for code in np.unique(decide(mind(everything), world, feed).actions.code)}
    assert used <= {"like_post", "do_nothing"}


def test_what_the_mind_asks_for_is_almost_always_allowed() -> None:
    world, feed = crowd(0.3, -0.3)
    events = carry_out(world, decide(mind(Rates(**dict.fromkeys(DEEDS, 0.3))), world, feed).actions)
    assert len(events) > 300
    assert np.count_nonzero(events.outcome) < 0.02 * len(events)


@settings(max_examples=20)
@given(
    st.integers(1, 500), st.integers(0, 2**31), st.sets(st.integers(1, USERS - 1), min_size=1, max_size=60)
)
def test_a_decision_depends_on_its_user_alone(batch: int, seed: int, chosen: set[int]) -> None:
    world, feed = crowd(0.5, -0.2, 0.1)
    busy = mind(Rates(**dict.fromkeys(DEEDS, 0.2)), depth=3.0)
    everyone = decide(busy, world, feed, seed=seed).actions
    rows = np.isin(feed.viewers, list(chosen))
    some = decide(busy, world, feed.take(rows), batch=batch, seed=seed).actions
    expected = everyone.take(np.isin(everyone.actor, list(chosen)))
    for column in ("actor", "code", "n", "post", "user", "text", "topic", "stance", "appeal"):
        assert np.array_equal(getattr(some, column), getattr(expected, column)), column


@settings(max_examples=20)
@given(st.integers(0, 2**31), st.integers(0, 2))
def test_a_post_more_in_the_feed_changes_nothing_that_is_done_about_the_others(seed: int, place: int) -> None:
    # Two arms of an experiment: in one of them everybody is shown, and likes, shares and answers, one post more.
    world, feed = crowd(0.5, -0.2, 0.1)
    busy = mind(Rates(**dict.fromkeys(DEEDS, 0.15)))
    with_it = decide(busy, world, feed, seed=seed).actions
    shorter = FeedBatch(
        feed.viewers, np.delete(feed.posts, place, 1), feed.scores[:, :2].copy(), feed.sources[:, :2].copy()
    )
    without = decide(busy, world, shorter, seed=seed).actions
    about_it = (with_it.post == place) & (with_it.code != CODES["create_post"])
    with_it = with_it.take(~about_it & (with_it.user < 0) & (with_it.code != CODES["do_nothing"]))
    without = without.take((without.user < 0) & (without.code != CODES["do_nothing"]))
    # Who had done as much as one visit holds, or drew one number twice, may differ; there are next to none.
    same = np.intersect1d(*(_rows(batch) for batch in (with_it, without)))
    assert same.shape[0] >= 0.99 * max(len(with_it), len(without)) > 100


def _rows(batch: ActionBatch) -> np.ndarray:
    columns = (
        batch.actor,
        batch.code,
        batch.n,
        batch.post,
        batch.text,
        batch.topic,
        batch.stance,
        batch.appeal,
    )
    return np.array([str(row) for row in zip(*(c.tolist() for c in columns), strict=True)])


def test_no_two_deeds_of_a_user_in_a_step_share_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.deeds.NUMBERS", 9)
    world, feed = crowd(0.5, -0.2, 0.1)
    made = decide(mind(Rates(**dict.fromkeys(DEEDS, 0.9))), world, feed).actions
    assert int(np.bincount(made.actor).max()) >= 8
    assert np.unique(made.actor.astype(np.int64) * 4096 + made.n).shape[0] == len(made)
    assert bool((np.diff(made.actor) >= 0).all())


def moved(opinions: list[float], shown: list[float], steps: int = 1, **law: float) -> np.ndarray:
    """Opinions of users 1 .. after reading posts with these (native) opinions."""
    world, feed = crowd(*[float(np.tanh(o)) for o in shown], users=len(opinions) + 1)
    world.posts.opinion[:] = shown
    world.users.opinions[1:, 0] = opinions
    reader = mind(opinion=Baumann(**law))
    for _ in range(steps):
        reader.remember(world, feed, decide(mind(), world, feed), Streams(2), Workers())
    return world.users.opinions[1:, 0]


def test_opinions_follow_the_law_of_baumann_for_one_contact() -> None:
    after = moved([0.5], [0.8], alpha=2.0, beta=1.0, strength=3.0, slots=10.0, dt=0.1)
    assert after[0] == pytest.approx(0.5 * 0.9 + 0.1 * 3.0 * 10.0 * np.tanh(2.0 * 0.8), rel=1e-6)


def test_the_nearer_of_two_posts_moves_more() -> None:
    law = {"alpha": 2.0, "strength": 3.0, "slots": 10.0, "dt": 0.1}
    indifferent = moved([0.5], [0.8, -0.8], beta=0.0, **law)
    homophilous = moved([0.5], [0.8, -0.8], beta=3.0, **law)
    assert indifferent[0] == pytest.approx(0.45, abs=1e-6)
    weights = np.array([0.3, 1.3]) ** -3
    share = (weights[0] - weights[1]) / weights.sum()
    assert homophilous[0] == pytest.approx(0.45 + 3.0 * share * np.tanh(1.6), rel=1e-5)


def test_who_is_shown_only_distant_opponents_is_not_pulled_over() -> None:
    law = {"alpha": 3.0, "strength": 3.0, "slots": 10.0, "dt": 0.05}
    after = moved([-4.0], [3.0], beta=3.0, **law)
    assert after[0] == pytest.approx(-4.0 * 0.95 + 0.05 * 30 * (7.0 / 0.3) ** -3 * np.tanh(9.0), rel=1e-6)


def test_without_contact_opinions_fade() -> None:
    world, _ = crowd(0.0, users=3)
    world.users.opinions[:] = 2.0
    empty = FeedBatch.empty(0, k=1)
    mind(opinion=Baumann(dt=0.1)).remember(world, empty, decide(mind(), world, empty), Streams(1), Workers())
    assert world.users.opinions == pytest.approx(1.8)


def test_a_post_moves_other_topics_only_as_far_as_they_overlap() -> None:
    for overlap in (0.0, 0.5):
        world, feed = crowd(0.5, users=2)
        world.users.opinions = np.zeros((2, 2))
        world.posts.opinion[:] = 0.6
        mind(opinion=Baumann(alpha=2.0, beta=0.0, strength=1.0, slots=1.0, dt=0.1, overlap=overlap)).remember(
            world, feed, decide(mind(), world, feed), Streams(1), Workers()
        )
        assert world.users.opinions[1] == pytest.approx(
            [0.1 * np.tanh(1.2), 0.1 * np.tanh(2.0 * overlap * 0.6)], rel=1e-5
        )
