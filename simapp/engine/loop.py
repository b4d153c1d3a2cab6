"""The step.

due interventions -> who is active -> rank feeds -> observe -> decide -> apply -> remember -> measure
-> commit (-> publish, which is the sink's owner's). Everything is a batch of arrays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import names_by_code
from simapp.engine.active import active_users
from simapp.engine.core import digest as digests
from simapp.engine.core import ids
from simapp.engine.core.batches import TIERS, ActionBatch, DecisionBatch, EventBatch, FeedBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from simapp.engine.edges import follow_changes
from simapp.engine.impressions import impressions_of
from simapp.engine.interventions import FeedFactory, Intervention, first_votes, injected_posts
from simapp.engine.orders import orders_of, take_stances
from simapp.engine.record import (
    Feed,
    FollowChanges,
    Measures,
    Mind,
    NewPosts,
    Sink,
    StepRecord,
)


@dataclass
class Simulation:
    """A world and what moves it. `feed_size` is k; `plan` holds the scenario's interventions.

    heeds: carries out, in each step, those that are about what minds keep in the world.
    """

    world: World
    feed: Feed
    mind: Mind
    measures: Measures
    streams: Streams
    sink: Sink
    feed_size: int
    plan: list[Intervention] = field(default_factory=list)
    feed_factory: FeedFactory | None = None
    heeds: Callable[[World, list[Intervention]], None] = lambda _world, _due: None
    workers: Workers = field(default_factory=Workers)
    digest: bytes = digests.EMPTY
    on_stage: Callable[[str], None] = lambda _stage: None
    stages: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.desk.serve = self._serve
        # A restored world continues under the feed that the last switch before it chose; plans may stand in
        # any order.
        for change in sorted(self.plan, key=lambda change: change.at):
            if change.kind == "switch_feed" and change.at <= self.world.step:
                self._switch(change)

    def found(self, seeds: ActionBatch) -> StepRecord:
        """Write the seed posts as step 0, commit the founding and return its record."""
        self.stages = {}
        before = (ActionBatch.empty(), np.zeros(0, np.int64), EventBatch.empty())
        decisions = DecisionBatch(seeds, _tiers(len(seeds), "scenario"))
        return self._finish(before, decisions, FeedBatch.empty(), founding=True)

    def step(self, inputs: list[Intervention] | None = None) -> StepRecord:
        """Run one step with recorded `inputs`, commit it and return what it left behind."""
        world = self.world
        self.stages = {}
        with self._stage("interventions"):
            world.step += 1
            world.forget_cold()
            due = [i for i in [*self.plan, *(inputs or [])] if i.at == world.step]
            for change in due:
                if change.kind == "switch_feed":
                    self._switch(change)
            # Before anything is ranked: the feeds of this step know of it.
            orders = orders_of(world, due, self.streams)
            before = (orders, world.posts.keys_of(orders.post), carry_out(world, orders))
            take_stances(world, due, before[2])
            injected = injected_posts(world, due)
            self.heeds(world, due)
        with self._stage("active"):
            viewers = active_users(world, self.streams)
        with self._stage("rank"):
            self.feed.prepare(world)
            feed = self.feed.rank(world, viewers, self.feed_size, self.streams, self.workers)
        with self._stage("decide"):
            decided = self.mind.decide(world, feed, self.streams, self.workers)
        told = DecisionBatch(injected, _tiers(len(injected), "scenario"))
        return self._finish(before, DecisionBatch.join([told, decided]), feed, founding=False)

    def _finish(
        self,
        before: tuple[ActionBatch, NDArray[np.int64], EventBatch],
        decisions: DecisionBatch,
        feed: FeedBatch,
        *,
        founding: bool,
    ) -> StepRecord:
        """`before`: requests of this step that were carried out already, their targets' keys, their events."""
        world = self.world
        decisions = decisions.canonical()
        requests = decisions.actions
        with self._stage("apply"):
            first_new = world.posts.end
            targets = np.concatenate([before[1], world.posts.keys_of(requests.post)])
            events = carry_out(world, requests)
            votes = first_votes(world, self.plan, first_new, self.streams)
            events = EventBatch.join([before[2], events, votes])
            ordered = DecisionBatch(before[0], _tiers(len(before[0]), "scenario"))
            decisions = DecisionBatch.join([ordered, decisions])
            requests = decisions.actions
            impressions = impressions_of(world, feed, self.workers)
        with self._stage("remember"):
            world.remember_seen(feed)
            self.feed.learn(world, events, feed)
            if not founding:
                self._remember(feed, decisions, events)
        with self._stage("measure"):
            points, histogram = self.measures.measure(world, events, feed)
            self.digest = digests.step_digest(
                self.digest, world.step, decisions, targets, events, world.texts
            )
            fresh = world.texts.first_used(requests.text)
            record = StepRecord(
                step=world.step,
                decisions=decisions,
                decision_targets=targets,
                events=events,
                posts=self._new_posts(first_new),
                follows=self._founding_follows() if founding else follow_changes(events),
                impressions=impressions,
                opinions=world.shown_opinions(),
                texts=[(int(i), world.texts[int(i)]) for i in fresh],
                metrics=points,
                histogram=histogram,
                counts=self._counts(events, feed),
                digest=self.digest,
                impressions_digest=digests.columns_digest(
                    impressions.viewer, impressions.post, impressions.rank, impressions.score
                ),
                stages=self.stages,
                counted_on=self.world.posts.counted_on(first_new),
            )
        with self._stage("commit"):
            self.sink.commit(record, world)
        return record

    def _remember(self, feed: FeedBatch, decisions: DecisionBatch, events: EventBatch) -> None:
        """Let minds remember. Whatever they make of it, an automated account thinks what it thought."""
        fixed = np.flatnonzero(self.world.users.automated)
        held = self.world.users.opinions[fixed]
        self.mind.remember(self.world, feed, decisions, self.streams, self.workers, events)
        if fixed.shape[0]:
            self.world.users.opinions[fixed] = held

    def _serve(self, viewers: NDArray[np.int32]) -> FeedBatch:
        return self.feed.rank(self.world, viewers, self.feed_size, self.streams, self.workers)

    def _switch(self, change: Intervention) -> None:
        if self.feed_factory is None:
            msg = "this run cannot switch feeds: no feed factory was given"
            raise RuntimeError(msg)
        self.feed = self.feed_factory(change.settings, self.feed)

    def _new_posts(self, first_new: int) -> NewPosts:
        posts = self.world.posts
        new = slice(first_new - posts.base, None)
        return NewPosts(
            key=posts.key[new].copy(),
            root=posts.keys_of(posts.root[new]),
            parent=posts.keys_of(posts.parent[new]),
            author=posts.author[new].copy(),
            kind=posts.kind[new].copy(),
            topic=posts.topic[new].copy(),
            stance=posts.stance[new].copy(),
            opinion=posts.opinion[new].copy(),
            appeal=posts.appeal[new].copy(),
            text=posts.text[new].copy(),
            arm=posts.arm[new].copy(),
        )

    def _founding_follows(self) -> FollowChanges:
        follower, followee = self.world.follows.edges()
        return FollowChanges(follower, followee, np.ones(follower.shape[0], np.uint8))

    def _counts(self, events: EventBatch, feed: FeedBatch) -> dict[str, int]:
        by_code = np.bincount(
            events.code[(events.outcome == 0) & (events.actor != ids.SYSTEM)], minlength=256
        )
        counts = {name: int(by_code[code]) for code, name in names_by_code().items() if by_code[code]}
        counts["active"] = len(feed)
        counts["events"] = len(events)
        counts["refused"] = int(np.count_nonzero(events.outcome))
        if faults := int(np.count_nonzero(events.outcome == Outcome.FAULT)):
            counts["faults"] = faults
        counts["impressions"] = int(np.count_nonzero(feed.posts >= 0))
        counts["hot_posts"] = len(self.world.posts)
        counts["follows"] = len(self.world.follows)
        # Minds that ask models count what that took; others have nothing to count.
        counts |= getattr(self.mind, "counts", {})
        return counts

    @contextmanager
    def _stage(self, name: str) -> Any:
        self.on_stage(name)
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = time.perf_counter() - began


def _tiers(rows: int, tier: str) -> NDArray[np.uint8]:
    return np.full(rows, TIERS.index(tier), np.uint8)
