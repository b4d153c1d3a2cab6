"""Random worlds and what happens in them, for laws: users, a follow graph, seed posts, and requests of every kind.

Requests are decoded from bytes against the world that they meet, so that a shrunk example stays one. Nothing here
names an action: what a request fills in follows from what its action `takes`, and columns that are new to
`ActionBatch` are filled as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from hypothesis import strategies as st

from recommender.registry import build_feed
from simapp.engine.actions.registry import all_actions, code_of, names_by_code
from simapp.engine.core import ids
from simapp.engine.core.batches import TIERS, ActionBatch, DecisionBatch, EventBatch
from simapp.engine.core.pairmap import PairMap
from simapp.engine.core.rules import Rules
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from simapp.engine.interventions import Intervention
from simapp.engine.loop import Simulation
from simapp.engine.record import StepRecord
from tests.recommender.worlds import found

WIDTH = 8
TEXTS = ("bread", "and", "roses", "<b>")
STAMPS = ("version", "changes")
_OF_MINDS = ("topic", "stance", "opinion", "appeal")


@dataclass
class History:
    """A world to be lived through: `steps` holds the bytes of each step's requests."""

    users: int
    follows: list[tuple[int, int]]
    seeds: list[int]
    steps: list[list[bytes]]
    rules: dict[str, Any] = field(default_factory=dict)
    votes: tuple[float, float] = (0.0, 0.0)

    def world(self) -> World:
        """The world at step 0, before its seed posts."""
        world = found(self.users, self.follows, texts=TEXTS)
        world.rules = Rules(**self.rules)
        world.users.seen = np.full((self.users, world.rules.seen_memory), 0xFFFFFFFF, np.uint32)
        world.step = 0
        return world

    def seed_posts(self) -> ActionBatch:
        """The seed posts as requests."""
        batch = ActionBatch.empty(len(self.seeds))
        batch.actor[:] = [author % self.users for author in self.seeds]
        batch.code[:] = code_of("create_post")
        batch.text[:] = np.arange(len(batch)) % len(TEXTS)
        return numbered(batch)

    def simulation(self, sink: Any = None, *, world: World | None = None) -> Simulation:
        """The real loop over a mind that does what the bytes say; every record is kept by the sink."""
        plan = [Intervention("first_vote", 0, {"until": 99, "up": self.votes[0], "down": self.votes[1]})]
        return Simulation(
            world=self.world() if world is None else world,
            feed=build_feed("chronological", {"explore": 0.3}),
            mind=Scripted(self.steps),
            measures=NoMeasures(),
            streams=Streams(11),
            sink=Kept() if sink is None else sink,
            feed_size=3,
            plan=plan if any(self.votes) else [],
            workers=Workers(1),
        )

    def live(self, sink: Any = None) -> Simulation:
        """Live through it and return the simulation at its end."""
        simulation = self.simulation(sink)
        simulation.found(self.seed_posts())
        for _ in self.steps:
            simulation.step()
        return simulation


@dataclass
class Kept:
    """A sink that keeps every record in memory, and what `look` sees of the world after each step."""

    look: Callable[[World], Any] = lambda _world: None
    records: list[StepRecord] = field(default_factory=list)
    seen: list[Any] = field(default_factory=list)

    def commit(self, record: StepRecord, world: World) -> None:
        self.records.append(record)
        self.seen.append(self.look(world))


class NoMeasures:
    """Measures nothing."""

    def measure(self, world: World, events: Any, feed: Any) -> Any:
        return {}, np.zeros((1, 1), np.int64)


@dataclass
class Scripted:
    """Decides what the bytes of a step say."""

    steps: list[list[bytes]]
    name: str = "scripted"

    def decide(self, world: World, feed: Any, streams: Any, workers: Any) -> DecisionBatch:
        batch = decoded(world, self.steps[world.step - 1])
        return DecisionBatch(batch, np.full(len(batch), TIERS.index("rules"), np.uint8))

    def remember(self, *_: Any) -> None:
        pass


def decoded(world: World, raw: list[bytes]) -> ActionBatch:
    """Requests in canonical order. Targets are mostly there; some are unknown, gone, or nobody's."""
    a = np.frombuffer(b"".join(raw), np.uint8).reshape(-1, WIDTH).astype(np.int64)
    actions = list(all_actions().values())
    batch = ActionBatch.empty(a.shape[0])
    chosen = a[:, 0] % len(actions)
    batch.code[:] = np.array([action.code for action in actions], np.uint8)[chosen]
    batch.actor[:] = a[:, 1] % len(world.users)
    pools = {
        "post": world.posts.base - 2 + (a[:, 2] * 256 + a[:, 3]) % (len(world.posts) + 4),
        "user": a[:, 4] % (len(world.users) + 2) - 1,
        "text": a[:, 5] % (len(TEXTS) + 1) - 1,
    }
    others = [f.name for f in fields(batch) if f.name not in {"actor", "code", "n", *pools, *_OF_MINDS}]
    for place, name in enumerate(others):
        # Small numbers: whatever they name, some of it will be there, and some not.
        pools[name] = (a[:, 6] // 6**place) % 6 - 1
    for name, values in pools.items():
        wanted = {name, "comment"} if name == "post" else {name}
        takes = np.array([name in others or bool(wanted & set(action.takes)) for action in actions])
        column = getattr(batch, name)
        column[:] = np.where(takes[chosen], np.maximum(values, -1), column)
    # What belongs to the platform's moderation is also done by the scenario itself.
    moderates = np.array([getattr(action, "moderates", False) for action in actions])[chosen]
    batch.actor[moderates & (a[:, 7] % 2 == 0)] = ids.SYSTEM
    batch.topic[:] = np.minimum(a[:, 7] % 3, 1) - 1
    batch.stance[:], batch.opinion[:], batch.appeal[:] = a[:, 7] / 256, a[:, 7] / 100, a[:, 7] / 512
    batch.topic[batch.text < 0], batch.stance[batch.text < 0] = -1, 0
    return numbered(batch)


def numbered(batch: ActionBatch) -> ActionBatch:
    """Put rows into canonical order and number each actor's."""
    batch = batch.take(np.argsort(batch.actor, kind="stable"))
    first = np.searchsorted(batch.actor, batch.actor)
    batch.n[:] = np.arange(len(batch)) - first
    return batch


request_bytes = st.binary(min_size=WIDTH, max_size=WIDTH)


@st.composite
def histories(draw: st.DrawFn, *, most_steps: int = 5, most: int = 24, hot: bool = False) -> History:
    """Worlds of 2 .. 7 users; `hot`: posts stay for the whole history."""
    users = draw(st.integers(2, 7))
    edges = draw(st.lists(st.tuples(st.integers(0, users - 1), st.integers(0, users - 1)), max_size=12))
    steps = draw(st.lists(st.lists(request_bytes, max_size=most), min_size=1, max_size=most_steps))
    rules = {
        "allow_self_rating": draw(st.booleans()),
        "exclusive_votes": draw(st.booleans()),
        "hot_steps": 99 if hot else draw(st.sampled_from([1, 2, 3, 99])),
        "seen_memory": draw(st.sampled_from([0, 2, 5])),
    }
    votes = draw(st.sampled_from([(0.0, 0.0), (0.4, 0.4)]))
    seeds = draw(st.lists(st.integers(0, users - 1), max_size=4))
    return History(users, [e for e in edges if e[0] != e[1]], seeds, steps, rules, votes)


def dense(seed: int, *, users: int = 6, steps: int = 8, **rules: Any) -> History:
    """A history in which everything happens: larger than hypothesis would draw, the same for the same seed."""
    rng = np.random.default_rng(seed)
    follows = [(int(a), int(b)) for a, b in rng.integers(0, users, (12, 2)) if a != b]
    raw = rng.integers(0, 256, (steps, 12 * len(all_actions()), WIDTH), np.uint8)
    rules = {"hot_steps": 4, "seen_memory": 9, "allow_self_rating": True} | rules
    return History(
        users, follows, [0, 1, 2, 2], [[r.tobytes() for r in step] for step in raw], rules, (0.2, 0.2)
    )


# --- what a world is ------------------------------------------------------------------------------------


def dump(world: World) -> dict[str, Any]:
    """Everything that hangs on a world, by path: arrays as (type, shape, bytes), the rest as text.

    It walks whatever is there, so a column that is new to the world is compared without being named here. Left out is
    what is no state: stamps that count calls for caches, and what dataclasses do not compare either.
    """
    found_: dict[str, Any] = {}
    _walk(world, "world", found_)
    return found_


def differences(one: dict[str, Any], two: dict[str, Any], *but: str) -> list[str]:
    """Paths in which two dumps differ, those that begin with one of `but` left out."""
    paths = one.keys() | two.keys()
    return sorted(p for p in paths if one.get(p) != two.get(p) and not p.startswith(but or ("\0",)))


def _walk(thing: Any, path: str, out: dict[str, Any]) -> None:
    if isinstance(thing, np.ndarray):
        out[path] = (thing.dtype.str, thing.shape, np.ascontiguousarray(thing).tobytes())
    elif isinstance(thing, PairMap):
        _walk(list(thing.items()), path, out)
    elif hasattr(thing, "to_arrays"):
        _walk(thing.to_arrays(), path, out)
    elif isinstance(thing, dict):
        for name in sorted(thing, key=str):
            _walk(thing[name], f"{path}/{name}", out)
    elif isinstance(thing, list | tuple):
        for place, part in enumerate(thing):
            _walk(part, f"{path}/{place}", out)
    elif is_dataclass(thing):
        for f in fields(thing):
            if f.compare and f.name not in STAMPS:
                _walk(getattr(thing, f.name), f"{path}/{f.name}", out)
    elif thing is None or isinstance(thing, bool | int | float | str | bytes | date | datetime | np.generic):
        out[path] = repr(thing)
    else:
        _walk({name: part for name, part in vars(thing).items() if name not in STAMPS}, path, out)


def happened(records: list[StepRecord]) -> tuple[set[str], set[str]]:
    """Names of actions that were done, and of those that were refused, at least once."""
    events = EventBatch.join([record.events for record in records])
    done, refused = (set(events.code[where].tolist()) for where in (events.outcome == 0, events.outcome != 0))
    return {names_by_code()[c] for c in done}, {names_by_code()[c] for c in refused}

