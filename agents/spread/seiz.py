"""Susceptible, exposed, infected, sceptic (Bettencourt et al. 2006, Physica A 364, 513; Jin et al. 2013, SNA-KDD).

    S' = -beta S I/N - b S Z/N                       I' = p beta S I/N + rho E I/N + epsilon E
    E' = (1-p) beta S I/N + (1-l) b S Z/N - rho E I/N - epsilon E          Z' = l b S Z/N

Infected users have shared the post; exposed ones have heard of it and think about it; sceptics have heard and never
share, and talk others out of it. Here each user is in one state per post, I/N and Z/N are parts of the user's contacts,
and rates act over the length of a step. Exposed and sceptic are silent states, kept with the world; to
become infected is to repost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.spread._shared import Shared, has_shared
from agents.spread.base import SpreadModel
from simapp.engine.core import ids
from simapp.engine.core.posts import POST
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

SUSCEPTIBLE, EXPOSED, SCEPTIC, INFECTED = 0, 1, 2, 3
PAIRS, STATES = "spread/seiz pairs", "spread/seiz states"


@njit(cache=True, nogil=True, inline="always")
def _next(state: Any, i: Any, z: Any, u: Any, w: Any, rates: Any) -> Any:
    """Return the next state; i, z: parts of the contacts that are infected and sceptic; u, w: draws.

    rates float64[6]: beta, b, rho, epsilon per step; p, l.
    """
    if state == EXPOSED:
        return INFECTED if u < 1.0 - np.exp(-(rates[2] * i + rates[3])) else EXPOSED
    by_i, by_z = rates[0] * i, rates[1] * z
    both = by_i + by_z
    if state != SUSCEPTIBLE or u >= 1.0 - np.exp(-both):
        return state
    w *= both
    if w < by_i:
        return INFECTED if w < rates[4] * by_i else EXPOSED
    return SCEPTIC if w - by_i < rates[5] * by_z else EXPOSED


@njit(cache=True, nogil=True)
def _meet_all(
    keys: Any, viewers: Any, serials: Any, rates: Any, infected: Any, sceptic: Any, pairs: Any, states: Any, roots: Any,
    rows: Any, indptr: Any, of: Any, name: Any, out: Any,
) -> None:  # fmt: skip
    """Fill out uint8[V, R] with next states (INFECTED: becomes so now).

    roots int64[R] are rows; infected and sceptic float64[R] are parts of all users.
    """
    for v in range(viewers.shape[0]):
        user = viewers[v]
        for r in range(roots.shape[0]):
            pair = (np.int64(user) << 32) | serials[r]
            at = np.searchsorted(pairs, pair)
            state = states[at] if at < pairs.shape[0] and pairs[at] == pair else SUSCEPTIBLE
            if state == SUSCEPTIBLE and has_shared(user, roots[r], rows, indptr, of):
                out[v, r] = (
                    SUSCEPTIBLE  # is infected for good, which is in the posts: nothing to keep or to do
                )
                continue
            u, w = draw(keys[0], user, name[roots[r]]), draw(keys[1], user, name[roots[r]])
            out[v, r] = _next(state, infected[r], sceptic[r], u, w, rates)


@njit(cache=True, nogil=True)
def _meet_followees(
    keys: Any, viewers: Any, serials: Any, rates: Any, follows: Any, followees: Any, pairs: Any, states: Any,
    roots: Any, rows: Any, indptr: Any, of: Any, name: Any, out: Any,
) -> None:  # fmt: skip
    for v in range(viewers.shape[0]):
        user = viewers[v]
        many = max(follows[user + 1] - follows[user], 1)
        for r in range(roots.shape[0]):
            i = z = 0
            for e in range(follows[user], follows[user + 1]):
                if has_shared(followees[e], roots[r], rows, indptr, of):
                    i += 1
                    continue
                pair = (np.int64(followees[e]) << 32) | serials[r]
                at = np.searchsorted(pairs, pair)
                z += at < pairs.shape[0] and pairs[at] == pair and states[at] == SCEPTIC
            pair = (np.int64(user) << 32) | serials[r]
            at = np.searchsorted(pairs, pair)
            state = states[at] if at < pairs.shape[0] and pairs[at] == pair else SUSCEPTIBLE
            if state == SUSCEPTIBLE and has_shared(user, roots[r], rows, indptr, of):
                out[v, r] = (
                    SUSCEPTIBLE  # is infected for good, which is in the posts: nothing to keep or to do
                )
                continue
            u, w = draw(keys[0], user, name[roots[r]]), draw(keys[1], user, name[roots[r]])
            out[v, r] = _next(state, i / many, z / many, u, w, rates)


@dataclass(frozen=True)
class Seiz(SpreadModel):
    """beta, b, rho, epsilon >= 0 per hour; p, l in [0, 1]; sceptics in [0, 1]: part of users who are sceptic of every
    post from the start; contacts: follows or everyone. A step costs the time of every active user times every
    post that can be shared, so it is for worlds with few posts."""

    beta: float = 0.5
    b: float = 0.2
    rho: float = 0.3
    epsilon: float = 0.02
    p: float = 0.3
    l: float = 0.3  # noqa: E741 - the paper's letter
    sceptics: float = 0.0
    contacts: str = "follows"

    @property
    def rumour_indicator(self) -> float:
        """Jin's R_SI = ((1 - p) beta + (1 - l) b) / (rho + epsilon): what flows into E against what flows out."""
        flow = (1.0 - self.p) * self.beta + (1.0 - self.l) * self.b
        out = self.rho + self.epsilon
        return flow / out if out > 0.0 else float("inf")

    def shares(
        self, world: World, viewers: NDArray[np.int32], streams: Streams, workers: Workers
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Move every active user's state towards every post; who becomes infected reposts it."""
        del workers
        posts, shared = world.posts, Shared.of(world)
        roots = np.flatnonzero((posts.kind == POST) & (shared.root >= 0))
        serials = roots + posts.base
        pairs, states = self._states(world, roots, streams)
        hours = world.clock.minutes_per_step / 60.0
        per_step = (self.beta * hours, self.b * hours, self.rho * hours, self.epsilon * hours)
        rates = np.array([*per_step, self.p, self.l])
        keys = np.array(
            [streams.key(f"spread/seiz/{what}", world.step) for what in ("leave", "where")], np.uint64
        )
        after = np.empty((viewers.shape[0], roots.shape[0]), np.uint8)
        if self.contacts == "everyone":
            sceptic = np.bincount(
                np.searchsorted(serials, pairs[states == SCEPTIC] & np.int64(0xFFFFFFFF)),
                minlength=roots.shape[0],
            )
            _meet_all(
                keys, viewers, serials, rates, posts.size[roots] / len(world.users), sceptic / len(world.users), pairs,
                states, roots, shared.rows, shared.indptr, shared.root, posts.key, after,
            )  # fmt: skip
        else:
            _meet_followees(
                keys, viewers, serials, rates, world.follows.indptr, world.follows.followees, pairs, states, roots,
                shared.rows, shared.indptr, shared.root, posts.key, after,
            )  # fmt: skip
        self._keep(world, viewers, serials, after, pairs, states)
        return self._reposts(viewers, after, roots)

    def _states(
        self, world: World, roots: NDArray[np.int64], streams: Streams
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return silent states by sorted pair of user and post; posts new to the model get their first sceptics."""
        pairs = world.extra.get(PAIRS, np.zeros(0, np.int64))
        states = world.extra.get(STATES, np.zeros(0, np.uint8))
        live = (pairs & np.int64(0xFFFFFFFF)) >= world.posts.base
        pairs, states = pairs[live], states[live]
        fresh = roots[world.posts.step[roots] == world.step - 1]
        if not self.sceptics or not fresh.shape[0]:
            return pairs, states
        users = np.arange(len(world.users))[:, None]
        u = streams.uniform("spread/seiz/sceptic", user=users, item=world.posts.key[fresh][None, :])
        doubts = (u < self.sceptics) & (world.posts.author[fresh][None, :] != users)
        user, post = np.nonzero(doubts)
        more = ids.pair(user, fresh[post] + world.posts.base)
        return _joined(pairs, states, more, np.full(more.shape[0], SCEPTIC, np.uint8))

    @staticmethod
    def _keep(
        world: World, viewers: NDArray[np.int32], serials: NDArray[np.int64], after: NDArray[np.uint8],
        pairs: NDArray[np.int64], states: NDArray[np.uint8],
    ) -> None:  # fmt: skip
        """Put what active users came to into the world; everybody else stays as they were."""
        v, r = np.nonzero((after == EXPOSED) | (after == SCEPTIC))
        now = ids.pair(viewers[v], serials[r])
        active = np.zeros(len(world.users), np.bool_)
        active[viewers] = True
        others = ~active[pairs >> 32]
        world.extra[PAIRS], world.extra[STATES] = _joined(pairs[others], states[others], now, after[v, r])

    @staticmethod
    def _reposts(
        viewers: NDArray[np.int32], after: NDArray[np.uint8], roots: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        v, r = np.nonzero(after == INFECTED)
        return viewers[v], roots[r]


def _joined(
    pairs: NDArray[np.int64], states: NDArray[np.uint8], more: NDArray[np.int64], as_: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    both = np.concatenate([pairs, more])
    order = np.argsort(both, kind="stable")
    return both[order], np.concatenate([states, as_])[order]


Here = Seiz
