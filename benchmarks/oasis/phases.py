"""The three measurements: actions, steps, recommender updates. Each alternates OASIS, ours, OASIS, ours …"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.oasis import compare
from benchmarks.oasis.durable import Committed
from benchmarks.oasis.environment import say
from benchmarks.oasis.ours import Ours
from benchmarks.oasis.shared import KINDS, Requests, Script, SharedWorld, build_world
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.streams import Streams

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.oasis.partner import Partner
    from simapp.engine.core.threads import Workers

X_BUFFER = 2  # posts per user in OASIS's recommendation table, X preset


@dataclass(frozen=True)
class Plan:
    """What is measured: `sizes` of worlds, mean `follows`, counted `rounds` after a warm-up, `actions` per list and
    kind on OASIS's side (`actions_large` from 50,000 users), `singles` committed one by one, `buffer`: posts per
    user of a recommender update, `acting`: users who act in a step of a world too large for all to act."""

    sizes: tuple[int, ...]
    follows: int = 20
    rounds: int = 3
    actions: int = 1000
    actions_large: int = 200
    singles: int = 3
    buffer: int = 20
    full_step: int = 10_000
    acting: int = 1000
    interest: int = 1000
    seed: int = 1

    def listed(self, users: int) -> int:
        """Return how many users act in a list of OASIS's side."""
        return min(users, self.actions if users < 50_000 else self.actions_large)

    def actors(self, users: int) -> int:
        """Return how many users act in a step of OASIS's side."""
        return users if users <= self.full_step else min(users, self.acting)

    def step_rounds(self, users: int) -> tuple[int, int]:
        """Return (warm-up, counted) steps: a step of 10,000 takes OASIS minutes, so there is one, uncooked."""
        return (1, self.rounds) if users <= 1000 else (0, 1)


@dataclass
class Times:
    """Seconds per round by variant."""

    rounds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, variant: str, seconds: float) -> None:
        """Keep one round."""
        self.rounds.setdefault(variant, []).append(seconds)

    def median(self, variant: str) -> float:
        """Return the median of a variant's rounds."""
        return statistics.median(self.rounds[variant])


@dataclass
class Setting:
    """One size: the shared world, its lists, and where both sides work."""

    plan: Plan
    users: int
    partner: Partner
    folder: Path
    workers: Workers

    def __post_init__(self) -> None:
        streams = Streams(self.plan.seed)
        self.shared: SharedWorld = build_world(self.users, self.plan.follows, streams)
        self.script = Script(self.shared, streams)
        self.path = self.shared.save(self.folder)
        self._saved = 0

    def open(self, recsys: str, *, buffer: int, agents: int = 0) -> Path:
        """Have OASIS fill a new file with the shared world."""
        database = self.folder / f"oasis-{self.users}-{recsys}-{agents}.db"
        self.partner("open", world=self.path, database=database, recsys=recsys, buffer=buffer, agents=agents)
        return database

    def send(self, order: str, requests: Requests) -> dict[str, Any]:
        """Have OASIS do a list."""
        self._saved += 1
        return self.partner(order, requests=requests.save(self.folder / f"list-{self.users}-{self._saved}.npz"))


def load_kernels(workers: Workers) -> None:
    """Have our compiled kernels loaded before anything is timed: a process does that once, not a step.

    Large steps have no warm-up round that would do it.
    """
    small = build_world(200, 8, Streams(0))
    script, kept = Script(small, Streams(0)), Committed(small, workers, seed=0)
    for _ in range(2):
        kept.step(kept.batch(script.mixed(200)), np.arange(200, dtype=np.int32))
    kept.close()


def actions(setting: Setting) -> list[dict[str, Any]]:
    """Measure like, follow, repost, comment and refresh; return one row per kind."""
    plan, users, script = setting.plan, setting.users, setting.script
    database = setting.open("random", buffer=X_BUFFER)
    setting.partner("update")
    twin, bulk = (Ours(setting.shared, setting.workers, seed=plan.seed) for _ in range(2))
    kept = Committed(setting.shared, setting.workers, seed=plan.seed)
    times = {kind: Times() for kind in KINDS}
    for turn in range(plan.rounds + 1):
        for kind in KINDS:
            listed = script.one_kind(kind, plan.listed(users))
            everybody = listed if plan.listed(users) == users else script.one_kind(kind, users)
            ones = script.one_kind(kind, plan.singles)
            ones = ones.take(np.flatnonzero(ones.n == 0))
            measured = _one_kind(setting, (twin, bulk, kept), kind, (listed, everybody, ones))
            if turn:
                for variant, seconds in measured.items():
                    times[kind].add(variant, seconds)
        setting.partner("tick")
    setting.partner("close")
    posts, theirs = setting.shared.posts, compare.of_oasis(database, setting.shared)
    ours, stored = compare.of_world(kept.world, posts), compare.of_database(kept.run.pk, kept.world, setting.shared)
    rows = compare.same(theirs, compare.of_world(twin.world, posts), f"OASIS's file and our world, {users} users")
    rows += compare.same(ours, compare.of_world(bulk.world, posts), "our committed world and the one in memory")
    rows += compare.same(ours, stored, "our world and PostgreSQL")
    kept.close()
    say(f"{users} users: actions done; {rows} rows compared, all equal")
    found = []
    for kind in KINDS:
        median = {name: 1e6 * times[kind].median(name) for name in times[kind].rounds}
        found.append({"users": users, "action": kind, "rows_compared": rows, **median})
    return found


def _one_kind(
    setting: Setting, sides: tuple[Ours, Ours, Committed], kind: str, lists: tuple[Requests, Requests, Requests]
) -> dict[str, float]:
    """Have both sides do lists of one kind; return seconds per request by variant."""
    twin, bulk, kept = sides
    listed, everybody, ones = lists
    answer = setting.send("carry", listed)
    if kind == "refresh":
        door_one, places = twin.refresh_singly(listed.actor)
        if abs(places - answer["shown"]) > 0.1 * answer["shown"]:
            raise compare.Differs(f"OASIS showed {answer['shown']} posts to {len(listed)} users, we {places}.")
        door, _ = bulk.refresh(everybody.actor)
        step, _ = kept.step(ActionBatch.empty(), everybody.actor)
        singles = [kept.step(ActionBatch.empty(), ones.actor[i : i + 1])[0] for i in range(len(ones))]
    else:
        door_one, events = twin.carry_singly(twin.batch(listed))
        refused = int(np.count_nonzero(events.outcome))
        if (answer["refused"], answer["done"]) != (refused, len(events) - refused):
            raise compare.Differs(f"{kind}: OASIS refused {answer['refused']} of {len(events)} requests, we {refused}.")
        door, _ = bulk.carry(bulk.batch(everybody))
        nobody = np.zeros(0, np.int32)
        step, _ = kept.step(kept.batch(everybody), nobody)
        twin.tick()
        bulk.tick()
        bulk.carry(bulk.batch(ones))
        single = kept.batch(ones)
        singles = [kept.step(single.take(np.array([i])), nobody)[0] for i in range(len(ones))]
    twin.tick()
    bulk.tick()
    return {
        "oasis": answer["seconds"] / len(listed),
        "door_batch": door / len(everybody),
        "door_one": door_one / len(listed),
        "step_batch": step / len(everybody),
        "step_one": sum(singles) / len(singles),
    }


def steps(setting: Setting) -> list[dict[str, Any]]:
    """Measure a step in which every user acts once (or `acting` users, in a large world); return its rows."""
    plan, users, script = setting.plan, setting.users, setting.script
    acting = plan.actors(users)
    database = setting.open("random", buffer=X_BUFFER, agents=acting)
    kept = Committed(setting.shared, setting.workers, seed=plan.seed)
    everybody: NDArray[np.int32] = np.arange(acting, dtype=np.int32)
    times = Times()
    warm, counted = plan.step_rounds(users)
    for turn in range(warm + counted):
        requests = script.mixed(acting, among=acting)
        answer = setting.send("step", requests)
        seconds, _ = kept.step(kept.batch(requests), everybody)
        if turn >= warm:
            times.add("oasis", answer["seconds"])
            times.add("ours", seconds)
            times.add("ours_in_memory", seconds - kept.simulation.stages["commit"])
    update = setting.partner("update")["seconds"]
    setting.partner("close")
    theirs = compare.of_oasis(database, setting.shared)
    ours, stored = (
        compare.of_world(kept.world, setting.shared.posts),
        compare.of_database(kept.run.pk, kept.world, setting.shared),
    )
    rows = compare.same(theirs, ours, f"OASIS's file and our world after steps of {acting}")
    rows += compare.same(theirs, stored, "OASIS's file and PostgreSQL")
    say(f"{users} users: steps done; {rows} rows compared, all equal")
    row = {"users": users, "acting": acting, "rounds": counted, "extrapolated": False, "rows_compared": rows}
    found = [{**row, **{name: times.median(name) for name in times.rounds}}]
    if acting < users:
        per_action = (times.median("oasis") - update) / acting
        found.append({**row, **_full_step(setting, kept), "oasis": update + per_action * users})
    kept.close()
    return found


def _full_step(setting: Setting, kept: Committed) -> dict[str, Any]:
    """Measure our own step of all users where OASIS's would take too long."""
    times = Times()
    everybody: NDArray[np.int32] = np.arange(setting.users, dtype=np.int32)
    for turn in range(setting.plan.rounds + 1):
        batch = kept.batch(setting.script.mixed(setting.users))
        seconds, _ = kept.step(batch, everybody)
        if turn:
            times.add("ours", seconds)
            times.add("ours_in_memory", seconds - kept.simulation.stages["commit"])
    return {
        "acting": setting.users,
        "rounds": setting.plan.rounds,
        "extrapolated": True,
        **{name: times.median(name) for name in times.rounds},
    }


def clock(began: float) -> str:
    """Return the time since `began` as minutes."""
    return f"{(time.perf_counter() - began) / 60:.1f} min"
