"""The columns of memory: where they lie in `world.extra`, and how large they can be.

Of M users, ascending in memory/user int32[M]:
memory/ring int64[M, EVENTS, FIELDS]: recent events, see FIELDS; memory/next int32[M]: place of the next one.
memory/belief, memory/evidence float32[M, T]: a stance in [-1, 1] per topic from what the user did, and how much stands
behind it, as of step memory/at int32[M].
Of F facts, sorted by user: memory/fact_user, memory/fact_step int32[F]; memory/fact_text uint8[F, FACT_BYTES]: UTF-8,
zeros behind; memory/fact_vector int8[F, D].
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.world import World

EVENTS = 16  # per user
MOST_USERS = 200_000
FACTS_EACH, MOST_FACTS = 8, 200_000
FACT_BYTES = 240
FIELDS = ("kind", "by", "whom", "post", "topic", "text", "step", "count")
"""Of an event: kind, the action's code + 1 (0 none); by, who did it; whom, to whom or whose; post, its key or -1;
topic, text: index and text id or -1; step; count, how often since."""
KIND, BY, WHOM, POST, TOPIC, TEXT, STEP, COUNT = range(len(FIELDS))

USER, RING, NEXT = "memory/user", "memory/ring", "memory/next"
BELIEF, EVIDENCE, AT = "memory/belief", "memory/evidence", "memory/at"
FACT_USER, FACT_STEP, FACT_TEXT, FACT_VECTOR = (
    "memory/fact_user", "memory/fact_step", "memory/fact_text", "memory/fact_vector",
)  # fmt: skip


@njit(cache=True, nogil=True)
def _places(held: Any, users: Any, out: Any) -> None:
    for i in range(users.shape[0]):
        at = np.searchsorted(held, users[i])
        out[i] = at if at < held.shape[0] and held[at] == users[i] else -1


def places(world: World, users: NDArray[Any]) -> NDArray[np.int64]:
    """Return the row of each user's memory int64[A], -1 for those who have none."""
    out = np.full(users.shape[0], -1, np.int64)
    if USER in world.extra:
        _places(world.extra[USER], users, out)
    return out


def ensure(world: World, users: NDArray[np.int32]) -> None:
    """Give users a memory who have none; of more than MOST_USERS, the first to come keep theirs."""
    extra, topics = world.extra, len(world.topics)
    held = extra.get(USER, np.zeros(0, np.int32))
    wanted = np.unique(users)
    new = wanted[places(world, wanted) < 0][: MOST_USERS - held.shape[0]]
    if not new.shape[0] and USER in extra:
        return
    every = np.concatenate([held, new]).astype(np.int32)
    order = np.argsort(every, kind="stable")
    extra[USER] = every[order]
    empty: dict[str, NDArray[Any]] = {
        RING: np.zeros((new.shape[0], EVENTS, len(FIELDS)), np.int64),
        NEXT: np.zeros(new.shape[0], np.int32),
        BELIEF: np.zeros((new.shape[0], topics), np.float32),
        EVIDENCE: np.zeros((new.shape[0], topics), np.float32),
        AT: np.full(new.shape[0], world.step, np.int32),
    }
    for name, fresh in empty.items():
        old = extra.get(name)
        extra[name] = (fresh if old is None else np.concatenate([old, fresh]))[order]
