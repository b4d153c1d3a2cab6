"""Whether both sides did the same: every counter and every pair, row by row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.registry import code_of
from simapp.engine.core import ids
from simapp.engine.core.errors import SociariumError
from simapp.engine.core.posts import COMMENT
from simapp.engine.core.world import LIKED, REPOSTED, World

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.oasis.shared import SharedWorld


class Differs(SociariumError):
    """The two sides did not do the same."""


@dataclass(frozen=True)
class View:
    """What there is to compare, P posts of the beginning and N users: likes, shares, comments int64[P];
    following, followers int64[N]; liked, reposted, commented, follows: sorted packed pairs int64."""

    likes: NDArray[Any]
    shares: NDArray[Any]
    comments: NDArray[Any]
    following: NDArray[Any]
    followers: NDArray[Any]
    liked: NDArray[Any]
    reposted: NDArray[Any]
    commented: NDArray[Any]
    follows: NDArray[Any]


def same(left: View, right: View, what: str) -> int:
    """Return how many rows were compared; raise Differs that names the first difference."""
    rows = 0
    for name in (f.name for f in fields(View)):
        a, b = getattr(left, name), getattr(right, name)
        if a.shape != b.shape:
            raise Differs(f"{what}: {name} has {a.shape[0]} rows on one side and {b.shape[0]} on the other.")
        unlike = np.flatnonzero(a != b)
        if unlike.shape[0]:
            i = int(unlike[0])
            raise Differs(f"{what}: {name} differs in {unlike.shape[0]} rows, first row {i}: {a[i]} and {b[i]}.")
        rows += int(a.shape[0])
    return rows


def of_world(world: World, posts: int) -> View:
    """Return the view of our world in memory."""
    held, flags = world.reactions.items()
    follower, followee = world.follows.edges()
    said = np.flatnonzero(world.posts.kind == COMMENT)
    return View(
        likes=world.posts.likes[:posts].astype(np.int64),
        shares=world.posts.shares[:posts].astype(np.int64),
        comments=world.posts.comments[:posts].astype(np.int64),
        following=world.follows.following.astype(np.int64),
        followers=world.follows.followers.astype(np.int64),
        liked=held[(flags & LIKED) != 0],
        reposted=held[(flags & REPOSTED) != 0],
        commented=np.sort(ids.pair(world.posts.author[said], world.posts.parent[said])),
        follows=ids.pair(follower, followee),
    )


def of_oasis(database: Path, shared: SharedWorld) -> View:
    """Return the view of OASIS's file: its own counters, and the rows of its tables."""
    with closing(sqlite3.connect(database)) as file:

        def table(two_columns: str) -> NDArray[Any]:
            return np.array(file.execute(two_columns).fetchall(), np.int64).reshape(-1, 2)

        posts = table("SELECT num_likes, num_shares FROM post WHERE original_post_id IS NULL ORDER BY post_id")
        users = table("SELECT num_followings, num_followers FROM user ORDER BY user_id")
        comment = table("SELECT user_id, post_id - 1 FROM comment")
        return View(
            likes=posts[:, 0],
            shares=posts[:, 1],
            comments=np.bincount(comment[:, 1], minlength=shared.posts),
            following=users[:, 0],
            followers=users[:, 1],
            liked=_pairs(table('SELECT user_id, post_id - 1 FROM "like"')),
            reposted=_pairs(
                table("SELECT user_id, original_post_id - 1 FROM post WHERE original_post_id IS NOT NULL")
            ),
            commented=_pairs(comment),
            follows=_pairs(table("SELECT follower_id, followee_id FROM follow")),
        )


def of_database(run_id: int, world: World, shared: SharedWorld) -> View:
    """Return the view of what was committed to PostgreSQL: nothing but rows of the run's tables.

    `world` only says under which number the world keeps the post that the tables call by its key.
    """
    from django.db import connection

    number = {int(key): i for i, key in enumerate(world.posts.key[: shared.posts])}
    with connection.cursor() as cursor:

        def events(action: str) -> NDArray[Any]:
            cursor.execute(
                "SELECT actor, target FROM run_event WHERE run_id = %s AND code = %s AND outcome = 0",
                [run_id, code_of(action)],
            )
            rows = [(actor, number[target]) for actor, target in cursor.fetchall()]
            return np.array(rows, np.int64).reshape(-1, 2)

        liked, shared_by, said = events("like_post"), events("repost"), events("create_comment")
        cursor.execute("SELECT follower, followee FROM run_follow WHERE run_id = %s AND on_ = 1", [run_id])
        edges = np.array(cursor.fetchall(), np.int64).reshape(-1, 2)
    return View(
        likes=np.bincount(liked[:, 1], minlength=shared.posts),
        shares=np.bincount(shared_by[:, 1], minlength=shared.posts),
        comments=np.bincount(said[:, 1], minlength=shared.posts),
        following=np.bincount(edges[:, 0], minlength=shared.users),
        followers=np.bincount(edges[:, 1], minlength=shared.users),
        liked=_pairs(liked),
        reposted=_pairs(shared_by),
        commented=_pairs(said),
        follows=_pairs(edges),
    )


def _pairs(rows: NDArray[Any]) -> NDArray[np.int64]:
    return np.sort(ids.pair(rows[:, 0], rows[:, 1])) if rows.shape[0] else np.zeros(0, np.int64)
