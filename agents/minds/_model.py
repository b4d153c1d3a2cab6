"""What the minds that ask a language model have in common: questions out, replies back, actions from what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from agents.asking import Asked, Asker, Question, Reply
from simapp.engine.core.batches import REASONS, TIERS, ActionBatch, DecisionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

if TYPE_CHECKING:
    from agents.prompting.prompter import Prompter

UNREADABLE = REASONS.index("not readable")


@dataclass
class ModelMind:
    """Asks a model about every viewer of a feed. model: its name in the scenario.

    `decide` returns decisions of those who were answered (an abstention is a do_nothing with the reason "not
    readable"), and the replies; who was not answered in time, or at whom a limit was reached, is left to the caller.
    """

    prompter: Prompter
    model: str
    name: ClassVar[str] = ""

    def decide(
        self, world: World, feed: FeedBatch, why: NDArray[np.uint8], streams: Streams, asker: Asker
    ) -> tuple[DecisionBatch, list[Reply]]:
        """Return (decisions, one reply per viewer). why uint8[V]: index into REASONS of how each came here."""
        if not len(feed):
            return DecisionBatch(ActionBatch.empty(), np.zeros(0, np.uint8)), []
        questions, replies = self.hear(world, feed, why, streams, asker)
        came = np.array([reply.outcome in ("answered", "abstained") for reply in replies], np.bool_)
        rows = np.flatnonzero(came).tolist()
        heard = [questions[row] for row in rows]
        answers = [
            self.prompter.deeds(question, replies[row]) for question, row in zip(heard, rows, strict=True)
        ]
        actions = self.prompter.actions(world, feed.take(came), heard, answers, streams)
        reason = why.copy()
        reason[[row for row, answer in zip(rows, answers, strict=True) if answer.problem]] = UNREADABLE
        at = np.searchsorted(feed.viewers, actions.actor)
        tier = np.full(len(actions), TIERS.index(self.name), np.uint8)
        return DecisionBatch(actions, tier, reason[at]), replies

    def hear(
        self, world: World, feed: FeedBatch, why: NDArray[np.uint8], streams: Streams, asker: Asker
    ) -> tuple[list[Question], list[Reply]]:
        """Ask about every viewer; return the questions and replies, in their order. Changes nothing in the world."""
        questions = self.prompter.questions(world, feed, streams)
        asked = [
            Asked(question, self.name, self.model, REASONS[code])
            for question, code in zip(questions, why.tolist(), strict=True)
        ]
        return questions, asker.ask(world.step, asked)
