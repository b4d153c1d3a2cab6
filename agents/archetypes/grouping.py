"""Who belongs to which group: by declared attributes, or by what users answer to probe questions.

Groups by attributes follow AgentTorch (Chopra et al. 2024, arXiv:2409.10568); groups by answers follow the clustering
of PhysicsAgentABM (Venkatesh et al. 2026, arXiv:2602.06030), which puts together agents that respond alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.archetypes.clusters import k_means
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import GENDERS
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

MAX_GROUPS = 256
_AGES = (25, 50)
_AGE_LABELS = ("under 25", "25 to 49", "50 or older", "of unknown age")
_LEVELS = (0.02, 0.1)
_LEVEL_LABELS = ("rarely active", "sometimes active", "often active")
_CAMP_LABELS = ("against", "for")
ATTRIBUTES = ("age", "gender", "community", "activity", "camp")
"""What groups can be made of; `camp` is the side of the opinion on the first topic, as blocks of the network are by
opinion, `camp:SLUG` that on another."""


class Grouping(Protocol):
    """Assigns users to groups. Groups are numbered; a number may have nobody."""

    @property
    def name(self) -> str:
        """What groups are made by: under another name, they are asked anew."""
        ...

    def of(self, world: World, streams: Streams) -> NDArray[np.int32]:
        """Return the group int32[N] of every user."""
        ...

    def labels(self, world: World) -> list[str]:
        """Return what the groups are called, by number."""
        ...


@dataclass(frozen=True)
class ByAttributes:
    """Every combination of the attributes' classes is a group.

    Raises WrongInput where an attribute or topic is unknown, or there would be more than MAX_GROUPS groups.
    """

    attributes: tuple[str, ...] = ("age", "camp")

    @property
    def name(self) -> str:
        """Return the attributes' names."""
        return ", ".join(self.attributes)

    def of(self, world: World, streams: Streams) -> NDArray[np.int32]:
        """Return the group int32[N] of every user: the classes as digits, the first attribute the most significant."""
        del streams
        group = np.zeros(len(world.users), np.int32)
        for classes, labels in self._parts(world):
            group = group * np.int32(len(labels)) + classes.astype(np.int32)
        return group

    def labels(self, world: World) -> list[str]:
        """Return the labels of all combinations, by group number."""
        labels = [""]
        for _, more in self._parts(world):
            labels = [f"{one}, {other}" if one else other for one in labels for other in more]
        return labels

    def _parts(self, world: World) -> list[tuple[NDArray[np.int64], tuple[str, ...]]]:
        if not self.attributes:
            raise WrongInput("Archetypes need at least one attribute to group users by.")
        parts = [_classes(name, world) for name in self.attributes]
        groups = int(np.prod([len(labels) for _, labels in parts]))
        if groups > MAX_GROUPS:
            msg = f"The attributes {', '.join(self.attributes)} make {groups} groups; at most {MAX_GROUPS} are asked."
            raise WrongInput(msg)
        return parts


def _classes(name: str, world: World) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class int64[N] of every user in an attribute, and the labels of its classes."""
    users = world.users
    if name == "age":
        bands = np.searchsorted(_AGES, users.age, side="right")
        return np.where(users.age > 0, bands, len(_AGES) + 1), _AGE_LABELS
    if name == "gender":
        return users.gender.astype(np.int64), tuple(f"gender {g}" for g in GENDERS)
    if name == "activity":
        return np.searchsorted(_LEVELS, users.level, side="right"), _LEVEL_LABELS
    if name == "community":
        named = int(users.community.max(initial=-1)) + 1
        return users.community.astype(np.int64) + 1, (
            "no community",
            *(f"community {i}" for i in range(named)),
        )
    kind, _, slug = name.partition(":")
    if kind != "camp":
        msg = f"Archetypes cannot be grouped by {name!r}; known attributes are {', '.join(ATTRIBUTES)} and camp:TOPIC."
        raise WrongInput(msg)
    if slug and slug not in world.topics:
        msg = f"Archetypes are grouped by {name!r}; the scenario's topics are {', '.join(world.topics)}."
        raise WrongInput(msg)
    topic = world.topics.index(slug) if slug else 0
    camp = (users.opinions[:, topic] >= 0).astype(np.int64)
    return camp, tuple(f"{side} on {world.topics[topic]}" for side in _CAMP_LABELS)


@dataclass(frozen=True)
class ByAnswers:
    """Groups whose members answer alike: a keyed sample of users is asked, answers are embedded and clustered.

    ask(world, users int32[A], prompt, streams) -> one answer each (an Interviewer's `ask`); encode(texts) ->
    int8[A, D]. Users who were not asked join the group whose asked members' mean opinions, as shown, are nearest; so
    the number of answers is `sample` x prompts, whatever N is.
    """

    prompts: tuple[str, ...]
    groups: int
    ask: Callable[[World, NDArray[np.int32], str, Streams], Sequence[str]]
    encode: Callable[[list[str]], NDArray[np.int8]]
    sample: int = 1000

    def __post_init__(self) -> None:
        if not self.prompts or not 1 <= self.groups <= MAX_GROUPS or self.sample < 1:
            msg = f"Groups by answers need a prompt, 1 to {MAX_GROUPS} groups and a sample of at least one user."
            raise WrongInput(msg)

    @property
    def name(self) -> str:
        """Return what was asked of how many."""
        return f"{self.groups} groups of {self.sample} by {' | '.join(self.prompts)}"

    def of(self, world: World, streams: Streams) -> NDArray[np.int32]:
        """Return the group int32[N] of every user."""
        n = len(world.users)
        bits = streams.bits("archetype/probe", user=np.arange(n))
        asked = np.sort(np.argsort(bits, kind="stable")[: self.sample]).astype(np.int32)
        answers = [self.encode(list(self.ask(world, asked, prompt, streams))) for prompt in self.prompts]
        cluster, centres = k_means(np.concatenate(answers, axis=1), self.groups, streams)
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
