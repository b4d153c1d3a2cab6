"""What model users remember, and how it comes to mind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.cleaning import neutral
from agents.memory import beliefs, facts, ring, state, words
from agents.memory.facts import Encodes
from agents.memory.searches import Reads, found_words
from agents.prompting.people import People
from agents.prompting.seeing import Seen
from simapp.engine.core.batches import DecisionBatch, EventBatch
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.world import World

_KNOWN_VECTORS = 8192  # texts whose vectors are at hand; a function of the texts, so no state


class Memory:
    """Recent events fade into topic beliefs, and these into a sentence about oneself; facts are planted from outside.

    Everything that is remembered lies in `world.extra` (see agents.memory.state), within fixed ceilings.
    encoder: for facts; None: none can be planted. events, facts: how many of each come to mind at once, at most.
    half_life: steps in which what stands behind a belief halves. near: cosine from which a fact is about what is seen.
    """

    def __init__(
        self,
        actions: Iterable[Reads],
        encoder: Encodes | None = None,
        *,
        events: int = 4,
        facts: int = 2,
        half_life: float = 72.0,
        near: float = 0.2,
        handle_characters: int = 12,
    ) -> None:
        every = {action.name: action for action in actions}
        self._searches = {action.code: action for name, action in every.items() if name in words.SEARCHES}
        self._codes = {name: action.code for name, action in every.items()}
        self._names = {code: name for name, code in self._codes.items()}
        self._merging = np.array([self._codes[name] + 1 for name in words.MERGING if name in self._codes])
        self._told = np.array([self._codes[name] + 1 for name in words.THEIRS if name in self._codes])
        self._mine = np.array([self._codes[name] + 1 for name in words.MINE if name in self._codes])
        self._encoder, self._events, self._facts = encoder, events, facts
        self._half_life, self._near = half_life, near
        self._people = People(handle_characters, 0)
        self._vectors: dict[str, NDArray[np.int8]] = {}

    def remember(
        self, world: World, users: NDArray[np.int32], decisions: DecisionBatch, events: EventBatch
    ) -> None:
        """Take in a step: called once, after its actions were applied, with all its decisions and events.

        users: who decided as model users in it; they have a memory from now on. Others who have one remember, too, what
        was done to them.
        """
        state.ensure(world, users)
        rows = ring.done(decisions, events)
        told = ring.happened(world, decisions, rows)
        by, whom, kind = told[:, state.BY], told[:, state.WHOM], told[:, state.KIND]
        mine = np.where(np.isin(kind, self._mine), state.places(world, by), -1)
        theirs = np.where(np.isin(kind, self._told) & (whom != by), state.places(world, whom), -1)
        never = np.zeros(rows.shape[0], np.bool_)
        ring.put(world, told, mine, never)
        ring.put(world, told, theirs, np.isin(kind, self._merging))
        beliefs.learn(world, decisions.actions.take(rows), self._codes, self._half_life)

    def recall(self, world: World, users: NDArray[np.int32], seen: Seen) -> list[list[str]]:
        """Return what each of users int32[V] remembers now, in words, the most important first: facts that are about
        what they see (row v of `seen.feed`), the newest event, what they make of themselves, older events."""
        place = state.places(world, users)
        out: list[list[str]] = [[] for _ in range(users.shape[0])]
        known = np.flatnonzero(place >= 0)
        if known.shape[0]:
            events = self._event_words(world, users[known], place[known])
            selves = self._self_words(world, place[known])
            for row, mine, self_view in zip(known.tolist(), events, selves, strict=True):
                out[row] = [*mine[:1], *([self_view] if self_view else []), *mine[1:]]
        held = world.extra.get(state.FACT_USER)
        if held is not None and held.shape[0]:
            having = np.flatnonzero(np.isin(users, held)).tolist()
            about = [self._texts(world, seen, row) for row in having]
            self._encode([text for texts in about for text in texts])
            for row, texts in zip(having, about, strict=True):
                out[row] = self._fact_words(world, int(users[row]), texts) + out[row]
        return out

    def about(self, world: World, user: int, query: str) -> list[str]:
        """Return what `user` remembers when asked `query`, as `recall` does: for probes."""
        users = np.array([user], np.int32)
        place = state.places(world, users)
        found = self._fact_words(world, user, [query])
        if place[0] >= 0:
            found += [*self._event_words(world, users, place)[0], *self._self_words(world, place)]
        return [memory for memory in found if memory]

    def plant(self, world: World, user: int, text: str) -> None:
        """Put a fact into a user's memory; see facts.plant. Raises WrongInput where there is no encoder."""
        if self._encoder is None:
            msg = "memory: facts need a text encoder, and this run has none."
            raise WrongInput(msg)
        facts.plant(world, user, text, self._encoder)

    def forget(self, world: World, user: int, text: str) -> bool:
        """Take a fact out again, without a trace; return whether it was there."""
        return facts.forget(world, user, text)

    def beliefs(
        self, world: World, users: NDArray[np.int32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (belief in [-1, 1], evidence) float32[A, T] of each user now; zeros for those without a memory."""
        place = state.places(world, users)
        belief = np.zeros((users.shape[0], len(world.topics)), np.float32)
        evidence = np.zeros_like(belief)
        known = place >= 0
        if known.any():
            belief[known], evidence[known] = beliefs.held(world, place[known], self._half_life)
        return belief, evidence

    def inspect(self, world: World, user: int) -> dict[str, Any]:
        """Return all that a user remembers as plain data: events (newest first) and what is told of them, beliefs,
        self-view, facts."""
        users = np.array([user], np.int32)
        place = state.places(world, users)
        found: dict[str, Any] = {"user": user, "told": [], "events": [], "beliefs": {}, "self": "", "facts": []}
        if place[0] >= 0:
            held, evidence = beliefs.held(world, place, self._half_life)
            found["events"] = [
                {
                    **dict(zip(state.FIELDS, event, strict=True)),
                    "action": self._names.get(event[state.KIND] - 1, ""),
                }
                for event in self._newest(world, place, state.EVENTS)[1].tolist()
            ]
            found["told"] = self._event_words(world, users, place, state.EVENTS)[0]
            found["beliefs"] = {
                topic: {"stance": round(float(b), 4), "evidence": round(float(e), 4)}
                for topic, b, e in zip(world.topics, held[0], evidence[0], strict=True)
                if e > 0
            }
            found["self"] = self._self_words(world, place)[0]
        found["facts"] = [
            {"text": facts.words_of(world, int(row)), "step": int(world.extra[state.FACT_STEP][row])}
            for row in facts.of_user(world, user)
        ]
        return found

    def _newest(
        self, world: World, place: NDArray[np.int64], most: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (of int64[E]: index into place, events int64[E, FIELDS]) of the newest events of memories, by memory,
        newest first."""
        rings = world.extra[state.RING][place]
        held = rings[:, :, state.COUNT] > 0
        order = np.argsort(np.where(held, -rings[:, :, state.STEP], 1), axis=1, kind="stable")[:, :most]
        of, nth = np.nonzero(np.take_along_axis(held, order, axis=1))
        return of, rings[of, order[of, nth]]

    def _event_words(
        self, world: World, users: NDArray[np.int32], place: NDArray[np.int64], most: int | None = None
    ) -> list[list[str]]:
        of, events = self._newest(world, place, self._events if most is None else most)
        met = np.unique(events[:, [state.BY, state.WHOM]])
        handles = self._people.of(world, met[met >= 0].tolist())
        topics = [f" on {neutral(topic, 40)}" for topic in world.topics]
        out: list[list[str]] = [[] for _ in range(users.shape[0])]
        found = self._found(world, users, of, events)
        columns = [column.tolist() for column in (of, users[of], *events.T)]
        for at, (row, user, kind, by, whom, _, topic, text, _, count) in enumerate(
            zip(*columns, strict=True)
        ):
            told = words.event_words(
                self._names.get(kind - 1, ""),
                mine=by == user,
                one=handles[by][0],
                whom="your own" if whom == user else f"{handles[whom][0]}'s" if whom >= 0 else "somebody's",
                about=topics[topic] if 0 <= topic < len(topics) else "",
                others=count - 1,
                text=world.texts[text] if text >= 0 else "",
            )
            if told:
                out[row].append(f"{told} and found {found[at]}" if found.get(at) else told)
        return out

    def _found(
        self, world: World, users: NDArray[np.int32], of: NDArray[np.int64], events: NDArray[np.int64]
    ) -> dict[int, str]:
        """Return what was found by the newest search among each user's events, in words, by place of the event."""
        places = np.flatnonzero(np.isin(events[:, state.KIND] - 1, list(self._searches)))
        places = places[np.unique(of[places], return_index=True)[1]]
        out: dict[int, str] = {}
        for code, action in self._searches.items():
            mine = places[events[places, state.KIND] - 1 == code]
            if mine.shape[0]:
                asking, text = users[of[mine]], events[mine, state.TEXT].astype(np.int32)
                told = found_words(world, action, asking, text, self._people)
                out.update(zip(mine.tolist(), told, strict=True))
        return out

    def _self_words(self, world: World, place: NDArray[np.int64]) -> list[str]:
        held, evidence = beliefs.held(world, place, self._half_life)
        strongest = np.argsort(-np.abs(held) * evidence, axis=1, kind="stable")[:, :2]
        topics = [neutral(topic, 40) for topic in world.topics]
        return [
            words.self_words([(float(held[row, t]), float(evidence[row, t]), topics[t]) for t in of])
            for row, of in enumerate(strongest.tolist())
        ]

    def _fact_words(self, world: World, user: int, about: list[str]) -> list[str]:
        """Return the facts of a user that are nearest to any of the texts, in words."""
        if not about or not facts.of_user(world, user).shape[0]:
            return []
        self._encode(about)
        query = np.stack([self._vectors[text] for text in about])
        rows = facts.nearest(world, user, query, self._facts, self._near)
        return [neutral(facts.words_of(world, row), state.FACT_BYTES) for row in rows]

    def _texts(self, world: World, seen: Seen, row: int) -> list[str]:
        """Return the texts of the posts that a reader is shown."""
        shown = seen.originals[seen.feed[row][seen.feed[row] >= 0]]
        return [world.texts[text] for text in world.posts.text[shown[shown >= 0]].tolist() if text >= 0]

    def _encode(self, texts: list[str]) -> None:
        """Have the vectors of these texts at hand."""
        if self._encoder is None:
            msg = "there are facts in memory, and no encoder to find them with"
            raise RuntimeError(msg)
        if len(self._vectors) + len(texts) > _KNOWN_VECTORS:
            self._vectors.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._encoder.vectors(new), strict=True))
