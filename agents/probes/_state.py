"""What users hold, looked up for all that are asked at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.posts import REPOST
from simapp.engine.core.world import World


@dataclass(frozen=True)
class Held:
    """What each of A users holds.

    opinions float32[A, T] as shown in [-1, 1]; wrote, shared: rows of the newest post (quote, comment) and repost
    in the window, -1 none; follows: followees of each; most: the followee with the most followers (ties: the
    lowest number), -1 none; followers, muted: counts; groups: ids of each one's groups.
    """

    opinions: NDArray[np.float32]
    wrote: NDArray[np.int64]
    shared: NDArray[np.int64]
    following: NDArray[np.int32]
    most: NDArray[np.int32]
    followers: NDArray[np.int32]
    muted: NDArray[np.int64]
    groups: list[NDArray[np.int32]]


def held_by(world: World, users: NDArray[np.int32]) -> Held:
    """Look up what users int32[A] hold; the world is only read."""
    posts, follows = world.posts, world.follows
    repost = posts.kind == REPOST
    shown = posts.removed == 0
    muters = world.mutes.items()[0] >> 32
    heard = world.groups.listen(np.unique(users))
    return Held(
        opinions=world.shown(world.users.opinions[users]),
        wrote=_newest(posts.author, shown & ~repost, users),
        shared=_newest(posts.author, shown & repost, users),
        following=follows.following[users],
        most=np.array([_most_followed(world, int(user)) for user in users], np.int32),
        followers=follows.followers[users],
        muted=np.array([np.count_nonzero(muters == user) for user in users], np.int64),
        groups=[heard.joined[1][heard.joined[0] == user] for user in users],
    )


def _newest(
    author: NDArray[np.int32], wanted: NDArray[np.bool_], users: NDArray[np.int32]
) -> NDArray[np.int64]:
    rows = np.flatnonzero(wanted & np.isin(author, users))
    # Rows are in the order of writing, so the last one of each author stays.
    newest = dict(zip(author[rows].tolist(), rows.tolist(), strict=True))
    return np.array([newest.get(user, -1) for user in users.tolist()], np.int64)


def _most_followed(world: World, user: int) -> int:
    follows = world.follows
    mine = follows.followees[follows.indptr[user] : follows.indptr[user + 1]]
    return int(mine[np.argmax(follows.followers[mine])]) if mine.shape[0] else -1
