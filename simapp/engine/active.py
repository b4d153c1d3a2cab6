"""Who is active in a step: hourly rhythms, each user's own level, one draw per user."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.streams import Streams, draw
from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _choose(key: Any, rhythm: Any, by_hour: Any, level: Any, hours: Any, out: Any) -> None:
    for u in range(out.shape[0]):
        # An hourly probability a becomes 1 - (1 - a)^hours over a step of another length.
        quiet = (1.0 - level[u] * by_hour[rhythm[u]]) ** hours
        out[u] = draw(key, u, 0) >= quiet


def _levels(world: World) -> NDArray[np.float32]:
    users = world.users
    if not users.automated.any():
        return users.level
    return np.minimum(users.level * np.maximum(users.automated, 1), 1.0).astype(np.float32)


def active_users(world: World, streams: Streams) -> NDArray[np.int32]:
    """Return the users active in `world.step`, ascending int32[V].

    OASIS's paper activates user i at hour j with f_ij / max_k f_kj; here the row's shape is `rhythms`
    (maximum 1) and its height `level`, an hourly probability at the user's peak hour.
    """
    users = world.users
    out = np.empty(len(users), np.bool_)
    by_hour = np.ascontiguousarray(users.rhythms[:, world.clock.hour(world.step)], np.float64)
    _choose(
        streams.key("active", world.step),
        users.rhythm,
        by_hour,
        _levels(world),
        world.clock.minutes_per_step / 60.0,
        out,
    )
    return np.flatnonzero(out).astype(np.int32)
