"""Groups of users who answer alike.

They follow the clustering of PhysicsAgentABM (Venkatesh et al. 2026, arXiv:2602.06030), which puts together agents that
respond alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.archetypes.answering import MOST_ASKED, Answers
from agents.archetypes.clusters import k_means
from agents.archetypes.grouping import MAX_GROUPS
from agents.asking import Asker
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World


@dataclass(frozen=True)
class ByAnswers:
    """Groups whose members answer alike: a keyed sample of users is asked, answers are embedded and clustered.

    answers: who answers; encode(texts) -> int8[A, D]. Users who were not asked, or did not answer every prompt, join
    the group whose asked members' mean opinions, as shown, are nearest; so the number of answers is `sample` x prompts,
    whatever N is. Where nobody answers, all are one group.
    """

    prompts: tuple[str, ...]
    groups: int
    answers: Answers
    encode: Callable[[list[str]], NDArray[np.int8]]
    sample: int = 200

    def __post_init__(self) -> None:
        if not self.prompts or not 1 <= self.groups <= MAX_GROUPS or not 1 <= self.sample <= MOST_ASKED:
            msg = f"Groups by answers need a prompt, 1 to {MAX_GROUPS} groups and a sample of 1 to {MOST_ASKED} users."
            raise WrongInput(msg)

    @property
    def name(self) -> str:
        """Return what was asked of how many, and who answered."""
        return f"{self.groups} groups of {self.sample} by {' | '.join(self.prompts)}, answered by {self.answers.name}"

    def of(self, world: World, streams: Streams, asker: Asker) -> NDArray[np.int32]:
        """Return the group int32[N] of every user."""
        n = len(world.users)
        bits = streams.bits("archetype/probe", user=np.arange(n))
        asked = np.sort(np.argsort(bits, kind="stable")[: self.sample]).astype(np.int32)
        said = self.answers.ask(world, asked, self.prompts, streams, asker)
        heard = [row for row in range(asked.shape[0]) if all(answers[row] for answers in said)]
        if not heard:
            return np.zeros(n, np.int32)
        asked = asked[heard]
        vectors = [self.encode([answers[row] for row in heard]) for answers in said]
        cluster, centres = k_means(np.concatenate(vectors, axis=1), self.groups, streams)
        shown = world.shown_opinions().astype(np.float64)
        means = np.zeros((centres.shape[0], shown.shape[1]))
        np.add.at(means, cluster, shown[asked])
        held = np.bincount(cluster, minlength=centres.shape[0])
        means[held > 0] /= held[held > 0, None]
        means[held == 0] = np.inf
        best, group = np.full(n, np.inf), np.zeros(n, np.int32)
        for c in range(means.shape[0]):
            distance = ((shown - means[c]) ** 2).sum(axis=1)
            closer = distance < best
            best[closer], group[closer] = distance[closer], c
        group[asked] = cluster
        return group

    def labels(self, world: World) -> list[str]:
        """Return "answers alike 1", "answers alike 2" ..."""
        del world
        return [f"answers alike {c + 1}" for c in range(self.groups)]
