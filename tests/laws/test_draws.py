"""What draws are named by: not by batches, threads or arrival, and not by what else there is.

Two arms of an experiment differ in one post, injected at step WHEN. What is kept exactly, bit for bit:

1. Up to and with that step everything but the post itself.
2. In the step after it the same users are active, and who did not have the post among the candidates has the list
   of the other arm: all but those who are shown it, who follow its author (it takes a place among the author's
   newest) or who, where places go to strangers, looked at that part of the ring. Any other list holds what both arms
   show in the same order. The author is left out: what one writes can be an interest of one's own.
3. In that step what a reader does about a post that is read in both arms: deed, number, words, stance, appeal.
   What is not kept: the post that the injected one pushes out of what is read, and what comes after the eighth deed
   of one visit.
4. In every later step, what users decide whose list, opinions, follows and followers are those of the other arm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.reading import MOST, read_depth
from recommender.registry import preset_names
from simapp.engine.actions._targets import original_rows
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from simapp.engine.interventions import Intervention
from simapp.engine.loop import Simulation
from tests.laws.histories import Kept, differences, dump
from tests.laws.minds import founded

PLACES = (
    "population.users=150",
    "population.activity.minimum=0.9",
    f"population.activity.circadian={[1] * 24}",
    "population.voice.minimum=0.05",
    "feed.k=20",
    "minds.rates.like=0.02",
    "minds.rates.comment=0.2",
    "minds.rates.repost=0.05",
    "minds.rates.quote=0.003",
)
WHEN, AFTER = 2, 4


# --- any batch split = the whole --------------------------------------------------------------------------


@settings(max_examples=8)
@given(
    st.sampled_from(preset_names()), st.integers(1, 3), st.integers(1, 140), st.sampled_from([(), PLACES])
)
def test_no_cut_of_the_work_shows(preset: str, threads: int, batch: int, changes: tuple[str, ...]) -> None:
    whole, cut = (Kept(dump), Kept(dump))
    for kept, workers in ((whole, Workers(1, 1 << 20)), (cut, Workers(threads, batch))):
        simulation = founded("echo-chambers", *changes, sink=kept, workers=workers, preset=preset)
        for _ in range(4):
            simulation.step()
    for one, two in zip(whole.records, cut.records, strict=True):
        assert (one.digest, one.impressions_digest) == (two.digest, two.impressions_digest)
        assert one.metrics == two.metrics
    for one, two in zip(whole.seen, cut.seen, strict=True):
        assert differences(one, two) == []
    assert sum(len(r.events) for r in whole.records) > 50


# --- one post more in one arm -----------------------------------------------------------------------------


@dataclass
class Arm:
    """One arm, lived through; lists int64[V, k] of post keys by step, and what each list was made of."""

    simulation: Simulation
    lists: list[Any] = field(default_factory=list)
    feeds: list[FeedBatch] = field(default_factory=list)
    selves: list[dict[int, tuple[Any, ...]]] = field(default_factory=list)

    @property
    def records(self) -> list[Any]:
        return self.simulation.sink.records  # type: ignore[attr-defined]

    def decisions(self, step: int, user: int) -> set[tuple[Any, ...]]:
        """What a user decided in a step, in every column, with words instead of their ids."""
        record, world = self.records[step], self.simulation.world
        chosen = record.decisions.actions
        rows = np.flatnonzero(chosen.actor == user)
        words = [world.texts[t] if t >= 0 else "" for t in chosen.text[rows]]
        columns = [getattr(chosen, name)[rows].tolist() for name in vars(chosen) if name not in {"post", "text"}]
        return set(zip(record.decision_targets[rows].tolist(), words, *columns, strict=True))


def lived(extra: bool, preset: str, explore: float, seed: int) -> Arm:
    """An arm; with `extra` the most followed user posts once more at step WHEN."""
    simulation = founded("echo-chambers", *PLACES, seed=seed, preset=preset, explore=explore)
    arm, rank = Arm(simulation), simulation.feed.rank

    def watched(world: World, *rest: Any) -> FeedBatch:
        feed = rank(world, *rest)
        posts, rows = world.posts, world.posts.row(feed.posts)
        arm.feeds.append(feed)
        arm.lists.append(np.where(rows >= 0, posts.key[rows], -1) if len(posts) else np.full_like(rows, -1))
        at = original_rows(world, rows.ravel()).reshape(rows.shape)
        of = {"likes": at, "dislikes": at, "topic": rows, "stance": rows, "opinion": rows, "appeal": at}
        states = [np.where(r >= 0, getattr(posts, name)[r], 0) for name, r in of.items() if len(posts)]
        shown = [arm.lists[-1], *states]
        follows = world.follows
        arm.selves.append({
            int(u): (
                *(part[v].tobytes() for part in shown),
                world.users.opinions[u].tobytes(),
                follows.followees[follows.indptr[u] : follows.indptr[u + 1]].tobytes(),
                int(follows.followers[u]),
            )
            for v, u in enumerate(feed.viewers)
        })  # fmt: skip
        return feed

    simulation.feed.rank = watched  # type: ignore[method-assign]
    said = {"author": "most_followed", "text": "one post more", "topic": 0, "stance": 0.4, "appeal": 0.3}
    for step in range(1, WHEN + AFTER + 1):
        simulation.step([Intervention("inject_post", WHEN, said)] if extra and step == WHEN else [])
    return arm


# Feeds under which both arms stay alike for long enough to say something. Where the order of two posts depends on
# others too (re-rankers, fits to all votes), one post more may move any.
APART = ("chronological", "reddit-hot", "interest")


@pytest.fixture(scope="module", params=[(preset, e) for preset in APART for e in (0.0, 0.4)], ids=str)
def arms(request) -> tuple[Arm, Arm, int, float]:
    """(without, with, the post's key, share for strangers)."""
    preset, explore = request.param
    plain, treated = (lived(extra, preset, explore, seed=7) for extra in (False, True))
    keys = [set(arm.records[WHEN].posts.key.tolist()) for arm in (plain, treated)]
    (post,) = keys[1] - keys[0]
    assert not keys[0] - keys[1]
    return plain, treated, post, explore


def test_up_to_its_step_nothing_but_the_post_itself_differs(arms: tuple[Arm, Arm, int, float]) -> None:
    plain, treated, post, _ = arms
    for step in range(WHEN):
        assert plain.records[step].digest == treated.records[step].digest
    one, two = plain.records[WHEN], treated.records[WHEN]
    assert one.impressions_digest == two.impressions_digest
    for part in ("decisions", "events", "posts"):
        ours, theirs = getattr(one, part), getattr(two, part)
        if part == "decisions":
            ours, theirs = ours.actions, theirs.actions
            mine = ~((theirs.n == 4095) & (theirs.actor == post >> 32))
        else:
            mine = (theirs.post if part == "events" else theirs.key) != post
        for name, column in vars(theirs).items():
            np.testing.assert_array_equal(getattr(ours, name), column[mine], name)
    np.testing.assert_array_equal(one.opinions, two.opinions)


def test_lists_without_the_post_are_the_same_and_with_it_keep_their_order(arms: tuple[Arm, Arm, int, float]) -> None:
    plain, treated, post, explore = arms
    a, b = plain.lists[WHEN], treated.lists[WHEN]
    np.testing.assert_array_equal(plain.feeds[WHEN].viewers, treated.feeds[WHEN].viewers)
    shows, same = (b == post).any(axis=1), (a == b).all(axis=1)
    assert shows.sum() >= 5, "a post that nobody is shown proves little"
    assert same.sum() >= 1
    viewers = plain.feeds[WHEN].viewers
    if not explore:
        whom = [np.frombuffer(plain.selves[WHEN][int(user)][-2], np.int32) for user in viewers]
        follows = np.array([post >> 32 in followees for followees in whom])
        assert same[~shows & ~follows & (viewers != post >> 32)].all()
    np.testing.assert_array_equal(plain.feeds[WHEN].scores[same], treated.feeds[WHEN].scores[same])
    for user, ours, theirs in zip(viewers.tolist(), a.tolist(), b.tolist(), strict=True):
        if user == post >> 32:
            continue
        both = (set(ours) & set(theirs)) - {-1}
        assert [key for key in ours if key in both] == [key for key in theirs if key in both]


def test_readers_do_the_same_about_every_post_that_they_read_in_both_arms(arms: tuple[Arm, Arm, int, float]) -> None:
    plain, treated, _, _ = arms
    step = WHEN + 1
    key = plain.simulation.streams.key("read", step)
    depth = plain.simulation.mind.depth  # type: ignore[attr-defined]
    compared = 0
    for v, user in enumerate(plain.feeds[WHEN].viewers.tolist()):
        read = [
            set(mine[: read_depth(key, user, int((mine >= 0).sum()), depth)].tolist())
            for mine in (plain.lists[WHEN][v], treated.lists[WHEN][v])
        ]
        # What is written of one's own accord names no post.
        both = (read[0] & read[1]) | {-1} if read[0] == read[1] else read[0] & read[1]
        all_done = [arm.decisions(step, user) for arm in (plain, treated)]
        if max(map(len, all_done)) >= MOST:
            continue
        done = [{d for d in decided if d[0] in both} for decided in all_done]
        assert done[0] == done[1], user
        compared += len(done[0]) if read[0] != read[1] else 0
    assert compared >= 3, "somebody who saw the post did something about another"


def test_later_on_whoever_meets_the_same_decides_the_same(arms: tuple[Arm, Arm, int, float]) -> None:
    plain, treated, _, _ = arms
    alike, others = 0, 0
    for step in range(WHEN + 1, WHEN + AFTER + 1):
        ours, theirs = plain.selves[step - 1], treated.selves[step - 1]
        assert ours.keys() == theirs.keys(), "who is active is drawn for each user apart"
        for user in ours:
            if ours[user] == theirs[user]:
                assert plain.decisions(step, user) == treated.decisions(step, user), (step, user)
                alike += 1
            else:
                others += 1
    assert alike > 30
    assert others > 0
