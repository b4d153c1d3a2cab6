"""Echo-chamber opinion dynamics (Baumann, Lorenz-Spreen, Sokolov & Starnini 2020, Phys. Rev. Lett. 124, 048301).

    dx_i/dt = -x_i + K * sum over contacts j of tanh(alpha * x_j)

In the paper an active agent contacts m others, chosen with probability proportional to
|x_i - x_j|^-beta. Here the contacts are what the feed put before the user: attention is limited to
the posts that were read, and the m slots are spread over them in proportion to |x_i - x_j|^-beta
(the expectation of drawing them, so no draw is needed). In the paper's whole population somebody near
is always found; a feed may hold nobody near. Then attention fades: the slots are scaled by
(d / reach)^-beta where the nearest read opinion is d > reach away, or else a minority that is shown
only the majority would be pulled over by the least distant of its opponents, whatever the distance.
x_j is the opinion that the author held when writing.

Topics overlap as in Baumann et al. 2021 (Phys. Rev. X 11, 011012): a post on topic v moves the opinion
on topic u through tanh(alpha * phi_uv * x_j), phi_uu = 1 and phi_uv = `overlap` else. With overlap 0
each topic is a system of its own, and one of which nothing was read is not moved.
Reading influences the reader only: reciprocal contacts arise when authors read in turn.

Contacts `everyone` and `follows` are the paper's own law: an active user addresses m different people among all, or
among those followed; each is moved by it, and moves the active user in turn with probability `reciprocity`. Topics
are then systems apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.opinions.base import OpinionModel
from agents.reading import attend
from simapp.engine.core import ids
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

NEAREST = 0.05  # native units; opinions closer than this count as equally close
NEAREST_PERSON = (
    1e-3  # the same between people, where the paper has no such bound and somebody near is always found
)


@dataclass(frozen=True)
class Baumann(OpinionModel):
    """Parameters in native units: alpha >= 0 controversialness, beta >= 0 homophily, strength K >= 0,
    slots m >= 1 per topic and activation, dt in (0, 1] model time per step, noise >= 0 per root of dt,
    overlap of topics in [0, 1], reach > 0 of attention in native units; contacts: one of base.CONTACTS;
    reciprocity in [0, 1] of contacts between people."""

    # The two camps of the paper's parameters (about +-2.6) appear at +-0.86.
    scale: ClassVar[float] = 2.0
    alpha: float = 3.0
    beta: float = 3.0
    strength: float = 3.0
    slots: float = 10.0
    dt: float = 0.05
    noise: float = 0.0
    overlap: float = 0.0
    reach: float = 0.3
    contacts: str = "feed"
    reciprocity: float = 0.5

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Return the model of a scenario's settings; the document calls strength K and slots m, as the paper does."""
        named = {"K": "strength", "m": "slots"}
        return cls(**{named.get(name, name): value for name, value in settings.items()})

    def move(
        self,
        world: World,
        feed: FeedBatch,
        rows: NDArray[np.int32],
        read_key: np.uint64,
        depth: float,
        streams: Streams,
        workers: Workers,
    ) -> None:
        """Advance all opinions by one step; rows int32[V, k] are the post rows of the feed."""
        opinions = world.users.opinions
        if self.contacts == "feed":
            self._read(world, feed, rows, read_key, depth, workers)
        else:
            self._meet(world, feed.viewers, streams)
        if self.noise:
            users, topics = np.arange(opinions.shape[0])[:, None], np.arange(opinions.shape[1])[None, :]
            shock = streams.normal("opinion/noise", step=world.step, user=users, item=topics)
            opinions += self.noise * np.sqrt(self.dt) * shock

    def _read(
        self,
        world: World,
        feed: FeedBatch,
        rows: NDArray[np.int32],
        read_key: np.uint64,
        depth: float,
        workers: Workers,
    ) -> None:
        opinions, posts = world.users.opinions, world.posts
        idle = np.ones(opinions.shape[0], np.bool_)
        idle[feed.viewers] = False
        # Each reader's opinion moves in place: what others read of it is what it was when they wrote.
        workers.run(
            len(feed),
            lambda lo, hi: attend(
                lo, hi, feed.viewers, rows, read_key, depth, self.alpha, self.beta, self.slots, self.overlap,
                NEAREST, self.reach, 1.0 - self.dt, self.dt * self.strength, opinions, posts.author, posts.topic,
                posts.opinion, posts.stance, np.empty(opinions.shape[1]),
            ),
        )  # fmt: skip
        if idle.any():
            opinions[idle] *= 1.0 - self.dt

    def influences(
        self, world: World, viewers: NDArray[np.int32], topic: int, streams: Streams
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return (who is moved int32[C], by whom int32[C]), each pair once, sorted: the paper's A_ij of this step on
        a topic, from what all think now. Contacts between people only."""
        x, follows, everyone = world.users.opinions, world.follows, self.contacts == "everyone"
        most = x.shape[0] if everyone else int(follows.following.max(initial=1))
        slots = min(int(self.slots), most)
        user, contact = np.empty((2, viewers.shape[0] * slots), np.int32)
        key = streams.key(f"opinion/contact/{topic}", world.step)
        made = _contacts(
            key, viewers, everyone, follows.indptr, follows.followees, self.beta, slots, NEAREST_PERSON,
            np.ascontiguousarray(x[:, topic]), np.empty(most), user, contact,
        )  # fmt: skip
        user, contact = user[:made], contact[:made]
        back = (
            streams.uniform(f"opinion/mutual/{topic}", step=world.step, user=user, item=contact)
            < self.reciprocity
        )
        pairs = np.unique(np.concatenate([ids.pair(contact, user), ids.pair(user[back], contact[back])]))
        return (pairs >> 32).astype(np.int32), (pairs & np.int64(0xFFFFFFFF)).astype(np.int32)

    def _meet(self, world: World, viewers: NDArray[np.int32], streams: Streams) -> None:
        """All contacts between people at once, from what they think now."""
        x = world.users.opinions
        pull = np.zeros_like(x)
        for t in range(x.shape[1]):
            moved, by = self.influences(world, viewers, t, streams)
            pull[:, t] = np.bincount(moved, np.tanh(self.alpha * x[by, t]), x.shape[0])
        x *= 1.0 - self.dt
        x += self.dt * self.strength * pull


@njit(cache=True, nogil=True)
def _contacts(
    key: Any, viewers: Any, everyone: Any, indptr: Any, followees: Any, beta: Any, slots: Any, nearest: Any, x: Any,
    wait: Any, user: Any, contact: Any,
) -> Any:  # fmt: skip
    """Fill user and contact int32[V * slots] and return how many there are; wait: room for one user's candidates.

    Drawing without replacement by weights is taking the candidates whose exponential clocks of those rates ring
    first, so that a candidate more shifts no other's clock (Efraimidis & Spirakis 2006, Inf. Process. Lett. 97, 181).
    """
    made = 0
    for v in range(viewers.shape[0]):
        i = viewers[v]
        first, last = (0, x.shape[0]) if everyone else (indptr[i], indptr[i + 1])
        for c in range(first, last):
            j = c if everyone else followees[c]
            wait[c - first] = np.inf
            if j != i:
                wait[c - first] = -np.log(1.0 - draw(key, i, j)) * max(abs(x[i] - x[j]), nearest) ** beta
        many = min(slots, last - first - (1 if everyone else 0))
        if many < 1:
            continue
        limit = np.partition(wait[: last - first], many - 1)[many - 1]
        taken = 0
        for c in range(first, last):
            if wait[c - first] <= limit and taken < many:
                user[made], contact[made] = i, c if everyone else followees[c]
                made += 1
                taken += 1
    return made


Here = Baumann
