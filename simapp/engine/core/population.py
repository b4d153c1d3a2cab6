"""What builders and importers hand to the engine: people, their follows and their seed posts.

Arrays, not objects: a population of a million is a few hundred MiB at most. Profile text is asked
for in slices, so generated names never exist all at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

GENDERS = ("unknown", "female", "male", "other")


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """Profile text of one user: `handle` without @, display `name`, `bio` (may be empty), `persona`."""

    handle: str
    name: str
    bio: str = ""
    persona: str = ""
    country: str = ""
    mbti: str = ""


class Profiles(Protocol):
    """Profile text of N users, produced in slices."""

    def __len__(self) -> int: ...

    def rows(self, lo: int, hi: int) -> Sequence[ProfileRow]:
        """Return rows lo .. hi - 1."""
        ...


@dataclass(frozen=True)
class ListedProfiles:
    """Profiles held as a list (imported users)."""

    listed: Sequence[ProfileRow]

    def __len__(self) -> int:
        return len(self.listed)

    def rows(self, lo: int, hi: int) -> Sequence[ProfileRow]:
        return self.listed[lo:hi]


@dataclass(frozen=True, slots=True)
class SeedPost:
    """A post that exists when the run starts (step 0). `stance` in [-1, 1] or None when unknown."""

    author: int
    text: str
    topic: int = 0
    stance: float | None = None
    appeal: float | None = None


@dataclass(frozen=True)
class Population:
    """N users with T topics, M follows.

    age int16[N] in years, 0 = unknown; gender uint8[N], index into GENDERS.
    rhythm int32[N]: row of `rhythms`; rhythms float32[R, 24]: relative activity per hour of the day
    (simulated UTC), each row scaled to a maximum of 1. level float32[N] in (0, 1]: probability of
    being active within one hour at the user's peak hour.
    voice float32[N] in [0, 1]: propensity to write a post when active.
    opinions float64[N, T] in the native scale of the scenario's opinion model.
    follower, followee int32[M]: follow edges, attention flows from followee to follower;
    no self-loops, no duplicates, any order.
    community int32[N]: planted group (block) or -1.
    """

    profiles: Profiles
    age: NDArray[np.int16]
    gender: NDArray[np.uint8]
    rhythm: NDArray[np.int32]
    rhythms: NDArray[np.float32]
    level: NDArray[np.float32]
    voice: NDArray[np.float32]
    opinions: NDArray[np.float64]
    follower: NDArray[np.int32]
    followee: NDArray[np.int32]
    community: NDArray[np.int32]
    seed_posts: list[SeedPost] = field(default_factory=list)

    @property
    def users(self) -> int:
        """Number of users N."""
        return int(self.age.shape[0])
