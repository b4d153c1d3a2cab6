"""What both sides get: one world, and lists of actions upon it. Plain arrays, drawn from keyed streams."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core import ids
from simapp.engine.core.streams import Streams

SUBJECTS = ("the new tram line", "rent in the old town", "school lunches", "the flood wall", "night trains", "maps")
VIEWS = ("I like", "I doubt", "people forget", "nobody explains", "we should talk about", "the paper is wrong on")
KINDS = ("like_post", "follow", "repost", "create_comment", "refresh")
MAX_POSTS = 4000  # the most that OASIS's interest recommender scores
REPEATED = 20  # every so manieth request of a list is asked twice: both sides must refuse the second


@dataclass(frozen=True)
class SharedWorld:
    """N users, M follows, P posts of step 0. follower, followee int32[M], no loops, no doubles, sorted;
    author int32[P] ascending; texts: P distinct texts; bios: N texts."""

    users: int
    follower: NDArray[np.int32]
    followee: NDArray[np.int32]
    author: NDArray[np.int32]
    texts: list[str]
    bios: list[str]

    @property
    def posts(self) -> int:
        return int(self.author.shape[0])

    def save(self, folder: Path) -> Path:
        """Write the world for the other side; return the path without suffix."""
        path = folder / f"world-{self.users}"
        np.savez(path.with_suffix(".npz"), follower=self.follower, followee=self.followee, author=self.author)
        path.with_suffix(".json").write_text(json.dumps({"texts": self.texts, "bios": self.bios}), encoding="utf-8")
        return path


@dataclass(frozen=True)
class Requests:
    """A requests in canonical order (actor, n): kind int8[A] (index into KINDS), actor int32[A],
    n uint16[A], post int64[A] (-1 none), user int32[A] (-1 none), comment int32[A] number of the comment's text."""

    kind: NDArray[np.int8]
    actor: NDArray[np.int32]
    n: NDArray[np.uint16]
    post: NDArray[np.int64]
    user: NDArray[np.int32]
    comment: NDArray[np.int32]

    def __len__(self) -> int:
        return int(self.actor.shape[0])

    def take(self, rows: NDArray[np.generic]) -> Requests:
        """Return the chosen rows."""
        return Requests(**{name: column[rows] for name, column in vars(self).items()})

    def save(self, path: Path) -> Path:
        """Write the list for the other side."""
        np.savez(path, **vars(self))
        return path


def comment_text(number: int) -> str:
    """Return the text of a comment; both sides write the same."""
    return f"comment {number} on this"


def build_world(users: int, follows: int, streams: Streams) -> SharedWorld:
    """Return the world of `users` users with about `follows` followees each and min(users, MAX_POSTS) posts."""
    draws = np.repeat(np.arange(users, dtype=np.int64), follows)
    followee = streams.integers("oasis/follow", users, user=draws, item=np.tile(np.arange(follows), users))
    edges = np.unique(ids.pair(draws, followee))
    follower, followee = (edges >> 32).astype(np.int32), (edges & 0xFFFFFFFF).astype(np.int32)
    apart = follower != followee
    posts = min(users, MAX_POSTS)
    author = np.sort(streams.integers("oasis/author", users, item=np.arange(posts))).astype(np.int32)
    texts = [
        f"Post {i}: {VIEWS[i % 6]} {SUBJECTS[i // 6 % 6]}, and {VIEWS[i // 36 % 6]} that too." for i in range(posts)
    ]
    bios = [f"I care about {SUBJECTS[i % 6]}." for i in range(users)]
    return SharedWorld(users, follower[apart], followee[apart], author, texts, bios)


@dataclass
class Script:
    """Draws lists of requests upon a world; pairs are used once over all lists but for the wanted repeats."""

    world: SharedWorld
    streams: Streams
    _lists: int = 0
    _used: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    _comments: int = 0

    def __post_init__(self) -> None:
        self._used["follow"] = ids.pair(self.world.follower, self.world.followee)

    def one_kind(self, kind: str, actors: int) -> Requests:
        """Return a list in which `actors` different users each act once in one way, some asking again."""
        self._lists += 1
        return self._draw(kind, np.sort(self._people(actors)))

    def mixed(self, actors: int, among: int | None = None) -> Requests:
        """Return a list in which `actors` of the first `among` users each act once, a fifth of them in each way."""
        self._lists += 1
        people = self._people(actors, among)
        parts = [self._draw(kind, np.sort(people[i :: len(KINDS)]), again=False) for i, kind in enumerate(KINDS)]
        joined = Requests(**{name: np.concatenate([vars(p)[name] for p in parts]) for name in vars(parts[0])})
        return joined.take(np.lexsort((joined.n, joined.actor)))

    def _people(self, actors: int, among: int | None = None) -> NDArray[np.int32]:
        everybody = np.arange(self.world.users if among is None else among)
        draws = self.streams.bits("oasis/actors", step=self._lists, user=everybody)
        return np.argsort(draws)[:actors].astype(np.int32)

    def _draw(self, kind: str, actor: NDArray[np.int32], *, again: bool = True) -> Requests:
        rows = actor.shape[0]
        post, user = np.full(rows, -1, np.int64), np.full(rows, -1, np.int32)
        comment = np.full(rows, -1, np.int32)
        if kind == "follow":
            user = self._apart(kind, actor, self.world.users).astype(np.int32)
        elif kind in ("like_post", "repost"):
            post = self._apart(kind, actor, self.world.posts)
        elif kind == "create_comment":
            post = self.streams.integers("oasis/commented", self.world.posts, step=self._lists, user=actor)
            comment = np.arange(self._comments, self._comments + rows, dtype=np.int32)
            self._comments += rows
        found = Requests(
            np.full(rows, KINDS.index(kind), np.int8), actor, np.zeros(rows, np.uint16), post, user, comment
        )
        if not again or kind in ("create_comment", "refresh"):
            return found
        twice = np.arange(0, rows, REPEATED)
        both = found.take(np.concatenate([np.arange(rows), twice]))
        both.n[rows:] = 1
        return both.take(np.lexsort((both.n, both.actor)))

    def _apart(self, kind: str, actor: NDArray[np.int32], size: int) -> NDArray[np.int64]:
        """Draw a target for each actor that is neither its own nor one it had before."""
        target = self.streams.integers(f"oasis/{kind}", size, step=self._lists, user=actor)
        used = self._used.get(kind, np.zeros(0, np.int64))
        while True:
            owner = target if kind == "follow" else self.world.author[target]
            taken = (owner == actor) | np.isin(ids.pair(actor, target), used)
            if not taken.any():
                break
            target = np.where(taken, (target + 1) % size, target)
        self._used[kind] = np.concatenate([used, ids.pair(actor, target)])
        return target.astype(np.int64)
