"""Self-exciting posting (Hawkes 1971, Biometrika 58, 83), as the family tree of Hawkes & Oakes 1974.

    rate(t) = mu * users + sum over earlier posts and shares i of n * phi(t - t_i)

Active users write of their own accord at rate `mu`; everything that is posted or shared brings forth a Poisson number
of shares, `n` on average, at delays drawn from phi: exponential with rate `decay`, or flat for the first minutes and
then a power law (Zhao et al. 2015, SEISMIC). Who shares is anybody who is active and has not shared it yet. Steps are
the grain of time: a share that falls into the step of what it answers comes one step later. The stationary rate is
mu * users / (1 - n), clusters have 1 / (1 - n) posts on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.spread._shared import Shared, has_shared
from agents.spread.base import SpreadModel
from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

TRIES = 200  # users asked for one share before it is given up: then nearly all are away or have shared


@njit(cache=True, nogil=True, inline="always")
def _delay(u: Any, decay: Any, flat: Any, theta: Any) -> Any:
    """Return a delay in hours by inversion; theta > 0: power law of exponent 1 + theta after `flat` hours."""
    if theta <= 0.0:
        return -np.log(1.0 - u) / decay
    # The flat part weighs theta / (1 + theta).
    share = theta / (1.0 + theta)
    if u < share:
        return u / share * flat
    return flat * ((1.0 - u) / (1.0 - share)) ** (-1.0 / theta)


@njit(cache=True, nogil=True)
def _children(
    keys: Any, now: Any, hours: Any, n: Any, decay: Any, flat: Any, theta: Any, users: Any, active: Any, step: Any,
    author: Any, name: Any, rows: Any, indptr: Any, roots: Any, who: Any, what: Any,
) -> Any:  # fmt: skip
    """Fill who int32[C], what int64[C] (row) with the shares due now; return how many, or how many there would be."""
    made = 0
    for row in range(roots.shape[0]):
        if roots[row] < 0:
            continue
        u, many, p = draw(keys[0], author[row], name[row]), 0, np.exp(-n)
        below = p
        while u >= below and many < 1000:
            many += 1
            p *= n / many
            below += p
        if many == 0:
            continue
        born = step[row] - 1.0 + draw(keys[1], author[row], name[row])
        for child in range(many):
            delay = _delay(draw(keys[2], child, name[row]), decay, flat, theta) / hours
            due = max(np.int64(np.floor(born + delay)) + 1, np.int64(step[row]) + 1)
            if due != now:
                continue
            for attempt in range(TRIES):
                user = np.int64(draw(keys[3], child * TRIES + attempt, name[row]) * users)
                if active[user] and not has_shared(user, roots[row], rows, indptr, roots):
                    taken = False
                    for c in range(min(made, who.shape[0])):
                        taken = taken or (who[c] == user and roots[what[c]] == roots[row])
                    if taken:
                        continue
                    if made < who.shape[0]:
                        who[made], what[made] = user, row
                    made += 1
                    break
    return made


@dataclass(frozen=True)
class Hawkes(SpreadModel):
    """mu >= 0: posts of one's own per hour of an active user; n in [0, 1): branching ratio; decay > 0 per hour;
    flat > 0 hours and exponent (0: exponential kernel; else above 1, 1.24 fits Twitter) of the power-law kernel."""

    mu: float = 0.05
    n: float = 0.6
    decay: float = 1.0
    flat: float = 5.0 / 60.0
    exponent: float = 0.0

    def authors(self, world: World, viewers: NDArray[np.int32], streams: Streams) -> NDArray[np.bool_]:
        """Draw who writes of their own accord in this step."""
        chance = self.mu * world.clock.minutes_per_step / 60.0
        writes: NDArray[np.bool_] = (
            streams.uniform("spread/immigrant", step=world.step, user=viewers) < chance
        )
        return writes

    def shares(
        self, world: World, viewers: NDArray[np.int32], streams: Streams, workers: Workers
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the shares whose delay ends in this step."""
        del workers
        posts, shared = world.posts, Shared.of(world)
        active = np.zeros(len(world.users), np.bool_)
        active[viewers] = True
        purposes = ("children", "born", "delay", "who")
        keys = np.array([streams.key(f"spread/hawkes/{what}") for what in purposes], np.uint64)
        room, theta = 1024, self.exponent - 1.0 if self.exponent > 1.0 else 0.0
        while True:
            who, what = np.empty(room, np.int32), np.empty(room, np.int64)
            made = int(
                _children(
                    keys, world.step, world.clock.minutes_per_step / 60.0, self.n, self.decay, self.flat, theta,
                    len(world.users), active, posts.step, posts.author, posts.key, shared.rows, shared.indptr,
                    shared.root, who, what,
                )
            )  # fmt: skip
            if made <= room:
                break
            room = made
        order = np.argsort(who[:made], kind="stable")
        return who[:made][order], what[:made][order]


Here = Hawkes
