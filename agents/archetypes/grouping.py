"""Who belongs to which group: by declared attributes (see agents.archetypes.alike for groups by answers).

Groups by attributes follow AgentTorch (Chopra et al. 2024, arXiv:2409.10568).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.asking import Asker
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

    def of(self, world: World, streams: Streams, asker: Asker) -> NDArray[np.int32]:
        """Return the group int32[N] of every user; `asker` brings replies where a model makes the groups."""
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

    def of(self, world: World, streams: Streams, asker: Asker | None = None) -> NDArray[np.int32]:
        """Return the group int32[N] of every user: the classes as digits, the first attribute the most significant."""
        del streams, asker
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
