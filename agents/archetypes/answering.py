"""Who answers the prompts that make groups: the archetype's model, or the rules' interviewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.answers import read_answer
from agents.asking import Asked, Asker
from agents.probes import rules
from agents.probes._model import ModelInterviewer
from agents.prompting.perception import Perception
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

MOST_ASKED = 10_000
"""Users of a sample, at most: what numbers its questions counts in steps of it."""
FIRST_NUMBER = -(1 << 24)
"""Number of the first question, down from which the others count: no user and no cell of an archetype has one."""


class Answers(Protocol):
    """Answers prompts for users. `name` says who does; groups by another's answers are made anew."""

    @property
    def name(self) -> str:
        """Who answers."""
        ...

    def ask(
        self, world: World, users: NDArray[np.int32], prompts: Sequence[str], streams: Streams, asker: Asker
    ) -> list[list[str]]:
        """Return for each prompt the answer of each of users int32[A], "" where none came."""
        ...


@dataclass(frozen=True)
class ByRules:
    """The rules' interviewer answers: what users hold, in plain words. No model is asked."""

    name: str = "rules"

    def ask(
        self, world: World, users: NDArray[np.int32], prompts: Sequence[str], streams: Streams, asker: Asker
    ) -> list[list[str]]:
        """Return what users hold, as far as the prompts ask for it."""
        del asker
        interviewer = rules.Here()
        return [interviewer.ask(world, users, prompt, streams) for prompt in prompts]


@dataclass(frozen=True)
class ByModel:
    """A model answers as each user, from persona and stances, all prompts in one batch.

    Replies are recorded as those of numbers below FIRST_NUMBER: place in the sample + MOST_ASKED x prompt.
    """

    model: str
    perception: Perception | None = None

    @property
    def name(self) -> str:
        """The model."""
        return f"model {self.model}"

    def ask(
        self, world: World, users: NDArray[np.int32], prompts: Sequence[str], streams: Streams, asker: Asker
    ) -> list[list[str]]:
        """Return the model's answers; who was not answered in time, or at whom a limit was reached, said nothing."""
        interviewer = ModelInterviewer(asker, self.model, perception=self.perception)
        batch = [
            Asked(
                replace(question, user=FIRST_NUMBER - MOST_ASKED * p - place),
                "archetype",
                self.model,
                f"who answers alike: user {question.user}",
            )
            for p, prompt in enumerate(prompts)
            for place, question in enumerate(interviewer.questions(world, users, prompt, streams))
        ]
        said = []
        for a, reply in zip(batch, asker.ask(world.step, batch), strict=True):
            deeds = read_answer(reply.text, a.question).deeds if reply.outcome == "answered" else ()
            said.append(next((deed.text for deed in deeds), ""))
        each = users.shape[0]
        return [said[p * each : (p + 1) * each] for p in range(len(prompts))]
