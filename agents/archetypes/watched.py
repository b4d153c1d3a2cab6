"""An archetype mind whose distance from individual decisions is watched while it decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.archetypes.fidelity import Fidelity, said
from agents.asking import Asked, Asker, Reply
from agents.minds._model import ModelMind
from agents.minds.archetype import ArchetypeMind
from simapp.engine.core.batches import ActionBatch, DecisionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@dataclass(frozen=True)
class Through:
    """An Asker that sends the questions of an archetype to the tier of the model that is asked."""

    asker: Asker
    tier: str

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        """Return one reply per question, in their order."""
        return self.asker.ask(step, [replace(a, tier=self.tier) for a in asked])


@dataclass
class WatchedGroups:
    """Decides by groups, and asks a share of the visits one by one as well; only what groups decide happens."""

    groups: ArchetypeMind
    alone: ModelMind
    fidelity: Fidelity

    def decide(
        self, world: World, feed: FeedBatch, streams: Streams, workers: Workers, asker: Asker
    ) -> DecisionBatch:
        """Return decisions of feed.viewers."""
        drawn = self.groups.decide(world, feed, streams, workers, Through(asker, self.alone.name))

        def individual(world: World, compared: FeedBatch) -> ActionBatch:
            why = np.zeros(len(compared), np.uint8)
            questions, replies = self.alone.hear(world, compared, why, streams, asker)
            answers = [
                self.alone.prompter.deeds(question, reply) if reply.outcome == "answered" else None
                for question, reply in zip(questions, replies, strict=True)
            ]
            deeds = [None if answer is None or answer.problem else answer.deeds for answer in answers]
            return said(compared.viewers, deeds, self.groups.codes)

        if self.fidelity.share:
            self.fidelity.take(world, feed, drawn.actions, individual, streams)
        return drawn
