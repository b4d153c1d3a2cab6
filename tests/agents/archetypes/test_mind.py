"""The archetype mind: groups are asked, members draw."""

from __future__ import annotations

import copy
import itertools
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.archetypes.contexts import CONTEXTS
from agents.archetypes.estimate import Estimate
from agents.archetypes.grouping import ByAttributes
from agents.asking import ModelAway, Reply
from agents.minds.archetype import ArchetypeMind
from simapp.engine.actions.door import carry_out
from simapp.engine.core import snapshots
from simapp.engine.core.batches import TIERS, DecisionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.agents.archetypes.askers import CODES, WRITING, Said, acts, crowd, varied


def mind(**more: object) -> ArchetypeMind:
    plain = {"grouping": ByAttributes(("age",)), "depth": 1000.0}
    return ArchetypeMind(CODES, WRITING, "test", **(plain | more))


def decide(
    mind_: ArchetypeMind, world: World, feed: FeedBatch, asker: Said, batch: int = 16_384
) -> DecisionBatch:
    return mind_.decide(world, feed, Streams(5), Workers(1, batch), asker)


def rows(decisions: DecisionBatch) -> np.ndarray:
    columns = vars(decisions.actions).values()
    return np.array([str(row) for row in zip(*(c.tolist() for c in columns), strict=True)])


def share(decisions: DecisionBatch, name: str, of: int) -> float:
    return float(np.count_nonzero(decisions.actions.code == CODES[name])) / of


class Late(Said):
    """The first of every `late` questions gets no reply in time."""

    def __init__(self, say, late: int) -> None:
        super().__init__(say)
        self.every = late

    def ask(self, step, asked):
        replies = super().ask(step, asked)
        none = Reply("", cast(Any, "late"), "test")
        return [none if i % self.every == 0 else reply for i, reply in enumerate(replies)]


WHOLE = crowd()


@given(st.sets(st.integers(1, 299), max_size=6), st.integers(1, 300))
@settings(max_examples=15, deadline=None)
def test_draws_are_the_same_however_viewers_are_split(cuts: set[int], batch: int) -> None:
    world, feed = copy.deepcopy(WHOLE[0]), WHOLE[1]
    whole = rows(decide(mind(), world, feed, Said(varied)))
    bounds = [0, *sorted(cuts), len(feed)]
    again = copy.deepcopy(WHOLE[0])
    pieces = [
        rows(decide(mind(), again, feed.take(np.arange(lo, hi)), Said(varied), batch))
        for lo, hi in itertools.pairwise(bounds)
    ]
    assert np.concatenate(pieces).tolist() == whole.tolist()


def test_the_number_of_questions_does_not_grow_with_the_users() -> None:
    numbers = []
    for users in (200, 2000):
        world, feed = crowd(users)
        asker = Said(varied)
        decide(mind(samples=3), world, feed, asker)
        numbers.append(len(asker.asked))
    assert numbers == [3 * (CONTEXTS + 1) * 3] * 2


def test_groups_are_asked_at_first_use_and_every_refresh_and_not_between() -> None:
    world, feed = crowd()
    asker, thinking = Said(varied), mind(refresh_steps=3)
    for _ in range(6):
        world.step += 1
        decide(thinking, world, feed, asker)
    assert asker.calls == 2
    held = Estimate.of(world)
    assert held is not None
    assert held.steps.tolist() == [world.step - 2, world.step - 2]


def test_replies_that_did_not_come_are_asked_for_again_in_the_next_step_and_only_those() -> None:
    world, feed = crowd()
    asker = Late(varied, late=3)
    thinking, n = mind(samples=1), 3 * (CONTEXTS + 1)
    decide(thinking, world, feed, asker)
    decide(thinking, world, feed, asker)  # in the same step: what is late stays late
    assert len(asker.asked) == n
    missing = {one.question.user for one in asker.asked[::3]}
    world.step += 1
    decide(thinking, world, feed, asker)
    again = {one.question.user for one in asker.asked[n:]}
    assert again == missing
    for _ in range(12):
        world.step += 1
        decide(thinking, world, feed, asker)
    held = Estimate.of(world)
    assert held is not None
    assert int(held.answered.sum() + held.visited.sum()) == n - 1  # the first of every batch is late again
    assert int(held.abstained.sum()) == 0


@pytest.mark.parametrize(
    "other", [{"model": "another"}, {"samples": 3}, {"grouping": ByAttributes(("camp",))}]
)
def test_another_model_or_grouping_is_asked_anew(other: dict[str, object]) -> None:
    world, feed = crowd()
    asker = Said(varied)
    decide(mind(), world, feed, asker)
    world.step += 1
    changed = mind(**{name: value for name, value in other.items() if name != "model"})
    changed.model = str(other.get("model", changed.model))
    decide(changed, world, feed, asker)
    assert asker.calls == 2


def test_nobody_active_asks_nothing_and_decides_nothing() -> None:
    world, _ = crowd()
    asker = Said(varied)
    assert len(decide(mind(), world, FeedBatch.empty(), asker).actions) == 0
    assert asker.calls == 0


def test_an_empty_feed_is_survived() -> None:
    world, _ = crowd()
    world.users.voice[:] = 0
    empty = FeedBatch.empty(3, k=5)
    empty.viewers[:] = [1, 2, 3]
    decisions = decide(mind(), world, empty, Said(varied))
    assert decisions.actions.code.tolist() == [CODES["do_nothing"]] * 3
    assert decisions.tier.tolist() == [TIERS.index("archetype")] * 3


def test_where_nothing_was_answered_the_prior_stays_and_the_silence_is_counted() -> None:
    world, feed = crowd(4000)
    for say in (lambda _: None, lambda _: "no idea"):
        world.extra = {}
        thinking = mind(weight=2.0)
        decisions = decide(thinking, world, feed, Said(say))
        held = Estimate.of(world)
        assert held is not None
        assert int(held.answered.sum()) == 0
        assert int(held.abstained.sum()) == 3 * (CONTEXTS + 1) * 4
        # Two likes per hundred read posts times the stance gate; never none, never all.
        assert 0.002 < share(decisions, "like_post", feed.posts.size) < 0.02
        chances = thinking.chances(held)
        assert bool((chances > 0).all())
        assert bool((chances < 1).all())


def test_members_do_what_their_group_answered() -> None:
    world, feed = crowd(2000)
    feed.posts[:, 1:] = -1
    decisions = decide(mind(samples=6), world, feed, Said(lambda q: acts("like_post") if q.posts else acts()))
    # Six likes of six, and a prior of one reply that mostly does nothing.
    assert share(decisions, "like_post", len(feed)) == pytest.approx(6.01 / 7, abs=0.03)


def test_a_reply_is_drawn_with_all_that_it_does() -> None:
    world, feed = crowd(500)
    feed.posts[:, 1:] = -1
    both = ("like_post", "create_comment")
    decisions = decide(mind(samples=4), world, feed, Said(lambda q: acts(*both) if q.posts else acts()))
    likers, commenters = (
        set(decisions.actions.actor[decisions.actions.code == CODES[name]].tolist()) for name in both
    )
    assert len(likers) > 300
    assert len(likers ^ commenters) < 0.05 * len(likers)


def test_members_of_one_group_do_not_act_alike() -> None:
    world, feed = crowd(3000)
    feed.posts[:] = feed.posts[0]
    world.users.voice[:] = 0
    decisions = decide(mind(), world, feed, Said(varied))
    held = Estimate.of(world)
    assert held is not None
    made = np.bincount(decisions.actions.actor[decisions.actions.code == CODES["like_post"]], minlength=3000)
    for group in np.unique(held.group):
        members = made[held.group == group]
        # Each of up to ten posts is drawn apart, so the number of likes spreads as a sum of draws does.
        assert members.var() > 0.3 * members.mean() * (1 - members.mean() / 10)
        assert np.unique(members).shape[0] > 3


def test_contexts_decide_what_is_done() -> None:
    world, feed = crowd(1500)

    def say(question):
        return acts("like_post") if "an account that the person follows" in question.own else acts()

    decisions = decide(mind(samples=8), world, feed, Said(say))
    chosen = decisions.actions
    likes = chosen.code == CODES["like_post"]
    author = world.posts.author[world.posts.rows_of(chosen.post[likes])]
    followed = world.follows.has(chosen.actor[likes], author)
    assert followed.mean() > 0.7


def test_what_the_platform_does_not_offer_is_neither_asked_nor_done() -> None:
    world, feed = crowd(600)
    world.rules.offered[[CODES["like_post"], CODES["create_post"]]] = False
    asker = Said(lambda q: acts("repost") if "repost" in q.options else acts())
    decisions = decide(mind(), world, feed, asker)
    assert not any({"like_post", "create_post"} & set(one.question.options) for one in asker.asked)
    assert not np.isin(decisions.actions.code, [CODES["like_post"], CODES["create_post"]]).any()


def test_groups_that_write_more_are_asked_what_they_write_and_do_it_as_unevenly_as_before() -> None:
    world, feed = crowd(4000)
    feed.posts[:] = -1
    old = world.users.age >= 50
    keen = Said(lambda q: acts("create_post") if not q.posts and _age(q.own) >= 50 else acts())
    decisions = decide(mind(samples=6), world, feed, keen)
    wrote = np.zeros(4000, np.bool_)
    wrote[decisions.actions.actor[decisions.actions.code == CODES["create_post"]]] = True
    assert wrote[old].mean() > 3 * wrote[~old].mean()
    voiced = world.users.voice[old]
    loud = voiced > np.median(voiced)
    assert wrote[old][loud].mean() > 1.5 * wrote[old][~loud].mean()


def _age(own: str) -> int:
    return int(own.partition(", ")[2][:2])


def test_an_asker_that_fails_leaves_the_world_as_it_was() -> None:
    world, feed = crowd()

    class Away(Said):
        def ask(self, step, asked):
            raise ModelAway("no server")

    with pytest.raises(ModelAway):
        decide(mind(), world, feed, Away(varied))
    assert Estimate.of(world) is None


def test_what_members_do_passes_the_door() -> None:
    world, feed = crowd(400)
    # Reposts need cascades, which a world built by hand lacks.
    world.rules.offered[[CODES["repost"], CODES["quote_post"]]] = False

    def keen(question):
        return (
            acts(*[name for name in question.options if name != "do_nothing"][:2])
            if question.posts
            else acts()
        )

    decisions = decide(mind(), world, feed, Said(keen))
    events = carry_out(world, decisions.canonical().actions)
    assert len(events) == np.count_nonzero(decisions.actions.code != CODES["do_nothing"])
    assert np.unique(decisions.actions.code).shape[0] > 4


def test_a_world_taken_up_again_holds_what_was_answered(tmp_path) -> None:
    world, feed = crowd()
    decide(mind(), world, feed, Said(varied))
    name, digest, _ = snapshots.save(world, tmp_path)
    again = snapshots.load(tmp_path / name, digest)
    asker = Said(varied)
    world.step += 1
    again.step += 1
    first, second = (rows(decide(mind(), one, feed, asker)) for one in (world, again))
    assert first.tolist() == second.tolist()
    assert asker.calls == 0


@pytest.mark.parametrize(
    "bad", [{"samples": 0}, {"weight": 0.0}, {"refresh_steps": -1}, {"weight": float("inf")}]
)
def test_settings_without_sense_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="archetype mind needs"):
        mind(**bad)


def test_grouping_is_a_choice() -> None:
    world, feed = crowd()
    asker = Said(varied)
    decide(mind(grouping=ByAttributes(("camp:housing",)), samples=1), world, feed, asker)
    assert len(asker.asked) == 2 * (CONTEXTS + 1)
