"""Whom and what a group's questions show: drawn members, and posts of the wanted context."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.archetypes.contexts import (
    MIDDLES,
    POPULAR_FROM,
    UNKNOWN,
    Context,
    agreements,
)
from agents.text.pool import TextPool
from agents.writing import POST_TEXT
from simapp.engine.core.population import GENDERS
from simapp.engine.core.posts import POST, QUOTE
from simapp.engine.core.shortened import MAX_PERSONA, shortened
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

MOST_POSTS = 2000
MAX_TEXT = 400
_OPINIONS = 4


class Examples:
    """Draws example members and posts of one world at one step. Posts come from a keyed sample of at most MOST_POSTS
    of the window; where no post of the context is among them, the grammar writes one for it."""

    def __init__(self, world: World, group: NDArray[np.int32], pool: TextPool, streams: Streams) -> None:
        self._world, self._pool, self._streams = world, pool, streams
        order = np.argsort(group, kind="stable").astype(np.int32)
        self._members, self._start = (
            order,
            np.searchsorted(group[order], np.arange(int(group.max(initial=-1)) + 2)),
        )
        self._persons: dict[int, str] = {}
        posts = world.posts
        usable = ((posts.kind == POST) | (posts.kind == QUOTE)) & (posts.text >= 0)
        rows = np.flatnonzero(usable & ~world.hidden(slice(None)))
        bits = streams.bits("archetype/window", step=world.step, item=posts.key[rows])
        self._rows = rows[np.argsort(bits, kind="stable")[:MOST_POSTS]]
        score = posts.likes[self._rows] + posts.shares[self._rows]
        self._popular = (score >= POPULAR_FROM).astype(np.uint8)
        self._topic, self._stance = posts.topic[self._rows], posts.stance[self._rows].astype(np.float64)

    def member(self, group: int, sample: int) -> int:
        """Return a member of a group that has some: the same in all contexts of a sample."""
        lo, hi = int(self._start[group]), int(self._start[group + 1])
        at = self._streams.integers(
            "archetype/member", hi - lo, step=self._world.step, user=group, item=sample
        )
        return int(self._members[lo + int(at)])

    def person(self, user: int) -> str:
        """Return who a user is in one line of at most MAX_PERSONA characters: name, age, gender, persona."""
        known = self._persons.get(user)
        if known is None:
            known = self._persons[user] = self._person(user)
        return known

    def opinions(self, user: int, about: int = -1) -> str:
        """Return the user's strongest opinions in words, that on the topic `about` (-1 none) first."""
        world = self._world
        shown = world.shown(world.users.opinions[user])
        strongest = np.argsort(-np.abs(shown), kind="stable").tolist()
        named = ([about] if about >= 0 else []) + [t for t in strongest if t != about]
        return ", ".join(f"{world.topics[t]} {float(shown[t]):+.1f}" for t in named[:_OPINIONS])

    def post(self, user: int, wanted: Context, number: int) -> tuple[int, str, str]:
        """Return (topic or -1, how it is shown, text) of a post that is of the wanted context to the user."""
        found = self._found(user, wanted, number)
        about, text, likes, shares = self._written(user, wanted, number) if found is None else found
        whose = "an account that the person follows" if wanted.followed else "a stranger"
        topic = f", about {self._world.topics[about]}" if about >= 0 else ""
        return about, f"By {whose}{topic}, {likes} likes, {shares} shares", text[:MAX_TEXT]

    def _found(self, user: int, wanted: Context, number: int) -> tuple[int, str, int, int] | None:
        world, posts = self._world, self._world.posts
        distance = np.full(self._rows.shape[0], np.nan)
        about = self._topic >= 0
        shown = world.shown(world.users.opinions[user]).astype(np.float64)
        distance[about] = np.abs(shown[self._topic[about]] - self._stance[about])
        agreement = np.zeros(distance.shape[0], np.uint8)
        agreements(distance, agreement)
        fits = (
            (agreement == wanted.agreement)
            & (self._popular == wanted.popular)
            & (posts.author[self._rows] != user)
        )
        rows = self._rows[fits]
        if not rows.shape[0]:
            return None
        # Named by what posts are, so that a post more in the window moves at most the choice to itself.
        bits = self._streams.bits("archetype/post", step=world.step, user=number, item=posts.key[rows])
        row = int(rows[np.argmin(bits)])
        text = world.texts[int(posts.text[row])]
        return int(posts.topic[row]), text, int(posts.likes[row]), int(posts.shares[row])

    def _written(self, user: int, wanted: Context, number: int) -> tuple[int, str, int, int]:
        world, step = self._world, self._world.step
        u = self._streams.uniform("archetype/text", step=step, user=number, item=np.arange(4))
        about = int(u[0] * len(world.topics))
        mine = float(world.shown(world.users.opinions[user, about]))
        stance = _stance_at(mine, MIDDLES[wanted.agreement], float(u[1]))
        text = self._pool.texts[int(self._pool.choose(POST_TEXT, about, stance, u[2:3], u[3:4])[0])]
        likes, shares = (4 * POPULAR_FROM, POPULAR_FROM) if wanted.popular else (1, 0)
        return (-1 if wanted.agreement == UNKNOWN else about), text, likes, shares

    def _person(self, user: int) -> str:
        world = self._world
        profiles = world.desk.profiles
        row = profiles.rows(user, user + 1)[0] if profiles is not None else None
        age, gender = int(world.users.age[user]), GENDERS[int(world.users.gender[user])]
        parts = [row.name if row else f"user {user}"]
        parts += [str(age)] if age else []
        parts += [gender] if gender != "unknown" else []
        about = " ".join((row.persona or row.bio).split()) if row else ""
        # Generated personas begin with what stands here already.
        about = about.removeprefix(parts[0]).lstrip(", ").removeprefix(f"{age},").lstrip()
        return shortened(f"{', '.join(parts)}. {about}".strip(), MAX_PERSONA)


def _stance_at(mine: float, distance: float, u: float) -> float:
    """Return a stance in [-1, 1] at about this distance from an opinion, on a drawn side where both have room."""
    if np.isnan(distance):
        return 0.0
    sides = [s for s in (mine - distance, mine + distance) if -1.0 <= s <= 1.0]
    if sides:
        return sides[int(u * len(sides))]
    # No stance is that far from a middle opinion: the furthest there is.
    return -1.0 if mine > 0 else 1.0
