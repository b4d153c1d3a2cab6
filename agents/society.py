"""The minds of one run together: each active user is decided for by the tier that the scenario's rules choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.minds._model import ModelMind
from agents.minds.rules import RuleMind
from agents.routing.assignment import Assignment
from agents.routing.limits import Metered
from simapp.engine.core.batches import REASONS, TIERS, DecisionBatch, EventBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

MODEL_TIERS = (TIERS.index("local"), TIERS.index("endpoint"))
LIMIT, LATE = REASONS.index("limit reached"), REASONS.index("no answer in time")
_WHY = {"count": "as set", "share": "as set", "named": "named"}


class GroupMind(Protocol):
    """Decides for users by their group. Implemented by agents.minds.archetype."""

    def decide(
        self, world: World, feed: FeedBatch, streams: Streams, workers: Workers, asker: Metered
    ) -> DecisionBatch:
        """Return decisions of feed.viewers."""
        ...


class Remembers(Protocol):
    """Keeps what users who think with a model remember. Implemented by agents.memory."""

    def remember(
        self, world: World, users: NDArray[np.int32], decisions: DecisionBatch, events: EventBatch
    ) -> None:
        """Take in a step, once its actions were applied. users: who decided as model users in it."""
        ...


@dataclass
class Society:
    """Rules for most, models for whom the assignment says. minds[i] decides for whom rule i of the assignment takes.

    Where a model does not answer in time or a limit is reached, rules decide and the decision says why. Opinions of
    users who think with a model follow what they say about themselves (`reported`) or the rules' opinion model.
    """

    rules: RuleMind
    assignment: Assignment
    minds: Sequence[ModelMind | GroupMind]
    meter: Metered
    memory: Remembers | None = None
    reported: bool = True
    name: str = "society"

    @property
    def counts(self) -> dict[str, int]:
        """What the newest step and all steps so far took of models (agents/routing/tally.py)."""
        spent = self.meter.spent
        return self.meter.tally.counts(spent.money, spent.seconds)

    def decide(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> DecisionBatch:
        """Return what feed.viewers do, in canonical order."""
        self.meter.load(world)
        taken = self.assignment.of(world, feed, streams)
        why = np.zeros(len(feed), np.uint8)
        left = taken < 0
        parts = []
        for i, mind in enumerate(self.minds):
            rows = np.flatnonzero(taken == i)
            who = self.assignment.rules[i]
            why[rows] = REASONS.index(_WHY.get(who.kind, who.by))
            if not isinstance(mind, ModelMind):
                decided = mind.decide(world, feed.take(rows), streams, workers, self.meter)
                decided.reason[:] = REASONS.index(_WHY.get(who.kind, who.by))
                self.meter.tally.decided("archetype", rows.shape[0])
                parts.append(decided)
                continue
            decided, replies = mind.decide(world, feed.take(rows), why[rows], streams, self.meter)
            parts.append(decided)
            self.meter.tally.decided(mind.name, sum(r.outcome in ("answered", "abstained") for r in replies))
            for outcome, reason in (("late", LATE), ("over", LIMIT)):
                missed = rows[[reply.outcome == outcome for reply in replies]]
                why[missed], left[missed] = reason, True
        parts.append(self._by_rules(world, feed, left, why, streams, workers))
        self.meter.save(world)
        return DecisionBatch.join(parts).canonical()

    def remember(
        self, world: World, feed: FeedBatch, decisions: DecisionBatch, streams: Streams, workers: Workers,
        events: EventBatch,
    ) -> None:  # fmt: skip
        """Move opinions by what was read, or by what was said; keep what is remembered."""
        thinkers = self._thinkers(world, feed, streams) if self.reported else np.zeros(0, np.int64)
        held = world.users.opinions[thinkers].copy()
        moved = feed.take(np.flatnonzero(~np.isin(feed.viewers, thinkers))) if thinkers.shape[0] else feed
        self.rules.remember(world, moved, decisions, streams, workers, events)
        # Whoever thinks with a model does not drift as the idle of the opinion model do.
        world.users.opinions[thinkers] = held
        self._take_at_word(world, thinkers, decisions)
        if self.memory is not None:
            asked = np.isin(decisions.tier, MODEL_TIERS)
            self.memory.remember(world, np.unique(decisions.actions.actor[asked]), decisions, events)

    def _thinkers(self, world: World, feed: FeedBatch, streams: Streams) -> NDArray[np.int64]:
        """Return the users, ascending, who think with a model in this step, awake or not."""
        models = [i for i, mind in enumerate(self.minds) if isinstance(mind, ModelMind)]
        awake = feed.viewers[np.isin(self.assignment.of(world, feed, streams), models)]
        return np.union1d(np.flatnonzero(np.isin(self.assignment.fixed(world, streams), models)), awake)

    def _take_at_word(self, world: World, users: NDArray[np.int64], decisions: DecisionBatch) -> None:
        said = decisions.actions
        rows = np.flatnonzero(
            np.isin(said.actor, users) & (said.text >= 0) & (said.topic >= 0) & ~np.isnan(said.stance)
        )
        # In canonical order, so that of two statements the later one stands.
        world.users.opinions[said.actor[rows], said.topic[rows]] = said.opinion[rows]

    def _by_rules(
        self, world: World, feed: FeedBatch, left: NDArray[np.bool_], why: NDArray[np.uint8], streams: Streams,
        workers: Workers,
    ) -> DecisionBatch:  # fmt: skip
        decided = self.rules.decide(world, feed.take(np.flatnonzero(left)), streams, workers)
        decided.reason = why[np.searchsorted(feed.viewers, decided.actions.actor)]
        return decided
