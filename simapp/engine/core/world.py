"""The world: the whole state of a run at a step, in columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core import cascades, ids
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.clock import Clock
from simapp.engine.core.desk import Desk
from simapp.engine.core.follows import Follows
from simapp.engine.core.groups import Groups
from simapp.engine.core.pairmap import PairMap
from simapp.engine.core.population import Population
from simapp.engine.core.posts import REPOST, Posts
from simapp.engine.core.products import Products
from simapp.engine.core.rules import Rules
from simapp.engine.core.texts import Texts

LIKED, DISLIKED, REPOSTED, QUOTED, REPORTED = 1, 2, 4, 8, 16


@njit(cache=True, nogil=True)
def _remember_seen(
    seen: Any, position: Any, viewers: Any, posts: Any, base: Any, kind: Any, parent: Any, repost: Any
) -> Any:
    size = seen.shape[1]
    newest = np.int64(-1)
    for v in range(viewers.shape[0]):
        u = viewers[v]
        at = position[u]
        for j in range(posts.shape[1]):
            serial = posts[v, j]
            if serial < 0:
                break
            row = serial - base
            while 0 <= row < kind.shape[0] and kind[row] == repost:
                serial = parent[row]
                row = serial - base
            seen[u, at] = serial
            newest = max(newest, serial)
            at = at + 1 if at + 1 < size else 0
        position[u] = at
    return newest


NEVER = np.uint32(0xFFFFFFFF)


@njit(cache=True, nogil=True)
def _newest_seen(seen: Any) -> Any:
    newest = np.int64(-1)
    for u in range(seen.shape[0]):
        for j in range(seen.shape[1]):
            if seen[u, j] != NEVER:
                newest = max(newest, np.int64(seen[u, j]))
    return newest


@dataclass
class Users:
    """Columns of N users; see Population for meanings.

    opinions float64[N, T] native; seen uint32[N, S]: serials last shown (NEVER where empty), of a repost
    that of what it shows, a ring whose next slot is seen_at int32[N]. S may be 0. suspended uint8[N]: 1 for
    accounts that may not act. automated int16[N]: 0 for an account that its owner uses, else how many times as
    active as its owner it is by itself; its opinions stay as they are.
    """

    age: NDArray[np.int16]
    gender: NDArray[np.uint8]
    rhythm: NDArray[np.int32]
    rhythms: NDArray[np.float32]
    level: NDArray[np.float32]
    voice: NDArray[np.float32]
    community: NDArray[np.int32]
    opinions: NDArray[np.float64]
    seen: NDArray[np.uint32]
    seen_at: NDArray[np.int32]
    suspended: NDArray[np.uint8]
    automated: NDArray[np.int16]

    def __len__(self) -> int:
        return int(self.age.shape[0])


@dataclass
class World:
    """Everything that a step reads and writes.

    reactions: flags LIKED, DISLIKED, REPOSTED, QUOTED, REPORTED by (user, post serial); mutes: bit 1 by
    (muter, mutee). opinion_scale: a native opinion x is shown as tanh(x / opinion_scale); where it is 0, the native
    interval opinion_range is stretched to [-1, 1] and what lies outside is shown at its end. extra: named arrays that
    feeds and minds keep between steps; they are part of every snapshot. desk: what reading is answered from; no state
    of the world.
    changes: counts changes of mutes and of moderation, so that caches notice them; in no snapshot.
    """

    clock: Clock
    rules: Rules
    users: Users
    follows: Follows
    posts: Posts
    texts: Texts
    topics: list[str]
    opinion_scale: float = 0.0
    step: int = 0
    reactions: PairMap = field(default_factory=PairMap)
    mutes: PairMap = field(default_factory=PairMap)
    mute_count: int = 0
    groups: Groups = field(default_factory=Groups)
    products: Products = field(default_factory=Products)
    extra: dict[str, NDArray[Any]] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk, repr=False, compare=False)
    changes: int = 0
    opinion_range: tuple[float, float] = (-1.0, 1.0)

    def __post_init__(self) -> None:
        # The serial from which on nobody was shown anything: follows from `seen`, so no snapshot holds it.
        self.unseen_from = int(_newest_seen(self.users.seen)) + 1 if len(self.posts) else 0

    @classmethod
    def found(
        cls,
        population: Population,
        *,
        clock: Clock,
        rules: Rules,
        topics: list[str],
        texts: Texts,
        opinion_scale: float = 0.0,
        opinion_range: tuple[float, float] = (-1.0, 1.0),
    ) -> World:
        """Create the world of a population at step 0, before its seed posts are written."""
        n = population.users
        users = Users(
            age=population.age,
            gender=population.gender,
            rhythm=population.rhythm,
            rhythms=population.rhythms,
            level=population.level,
            voice=population.voice,
            community=population.community,
            opinions=population.opinions.astype(np.float64).copy(),
            seen=np.full((n, rules.seen_memory), NEVER, np.uint32),
            seen_at=np.zeros(n, np.int32),
            suspended=np.zeros(n, np.uint8),
            automated=np.zeros(n, np.int16),
        )
        follows = Follows.from_edges(n, population.follower, population.followee)
        desk = Desk(population.profiles)
        return cls(
            clock, rules, users, follows, Posts(), texts, topics, opinion_scale, desk=desk, opinion_range=opinion_range
        )

    def shown_opinions(self) -> NDArray[np.float32]:
        """Return opinions float32[N, T] mapped to [-1, 1]."""
        return self.shown(self.users.opinions)

    def shown(self, native: NDArray[Any]) -> NDArray[np.float32]:
        """Map native opinions to [-1, 1], same shape, float32."""
        if self.opinion_scale:
            mapped = np.tanh(native / self.opinion_scale)
        else:
            low, high = self.opinion_range
            wide = native if (low, high) == (-1.0, 1.0) else (native - low) * (2.0 / (high - low)) - 1.0
            mapped = np.clip(wide, -1.0, 1.0)
        shown: NDArray[np.float32] = mapped.astype(np.float32)
        return shown

    def remember_seen(self, feed: FeedBatch) -> None:
        """Put what was shown into the viewers' seen-rings."""
        if self.users.seen.shape[1]:
            newest = _remember_seen(
                self.users.seen, self.users.seen_at, feed.viewers, feed.posts, np.int64(self.posts.base),
                self.posts.kind, self.posts.parent, np.uint8(REPOST),
            )  # fmt: skip
            self.unseen_from = max(self.unseen_from, int(newest) + 1)

    def forget_cold(self) -> int:
        """Drop posts older than the hot window; return how many left."""
        oldest = self.step - self.rules.hot_steps
        if oldest < 0 or not len(self.posts) or self.posts.step[0] > oldest:
            return 0
        # Steps are non-decreasing along the window, so the cut is a binary search.
        cut = int(np.searchsorted(self.posts.step, oldest, side="right"))
        cascades.remember_leaving(self.posts, cut)
        gone = self.posts.evict_before(self.posts.base + cut)
        self.reactions.drop_below(self.posts.base)
        return gone

    def hidden(self, rows: NDArray[Any] | slice) -> NDArray[np.bool_]:
        """Return bool[A]: whether posts (rows of the window) were removed, or their author is suspended."""
        posts, suspended = self.posts, self.users.suspended
        hidden: NDArray[np.bool_] = posts.removed[rows] != 0
        if suspended.any():
            author = posts.author[rows]
            known = author < suspended.shape[0]  # the scenario itself writes under a number above all users
            hidden |= known & (suspended[np.where(known, author, 0)] != 0)
        return hidden

    def author_muted(self, viewer: NDArray[Any], author: NDArray[Any]) -> NDArray[np.bool_]:
        """Return bool[A]: whether each viewer has muted each author."""
        if not self.mute_count:
            return np.zeros(viewer.shape[0], np.bool_)
        return self.mutes.has(ids.pair(viewer, author), 1)
