"""The benchmark of the archetype tier: what a drawn decision costs, and how many model calls all of them need.

The run is the workload of `bench step` in memory: feeds, actions and opinions are real, only the model is stood in for,
by replies that are drawn at no cost. So the figures are those of grouping, asking, reading replies and drawing; what a
model adds is `model_calls` times what `bench decide --tier local` or `endpoint` measures for one of its own.
"""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.asking import Reply, estimated_tokens
from agents.minds.archetype import ArchetypeMind
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.runs.assemble import CODES, Parts
from simapp.runs.benching import WARM_UP, workload
from simapp.runs.replaying import Nothing
from simapp.scenarios.population.build import build_population

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.asking import Asked, Question
    from agents.minds.rules import RuleMind
    from simapp.engine.core.batches import DecisionBatch, FeedBatch
    from simapp.engine.core.world import World

FOLLOWS = 20


@dataclass
class StandIn:
    """Replies of no model: mostly nothing, sometimes one of the offered acts, drawn from the question's own seed."""

    asked: int = 0
    tokens_in: int = 0
    tokens_unshared: int = 0
    tokens_out: int = 0

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        """Return one reply per question."""
        replies = [Reply(_said(one.question), "answered", "stand-in") for one in asked]
        self.asked += len(asked)
        self.tokens_in += sum(one.question.tokens for one in asked)
        self.tokens_unshared += sum(one.question.tokens_unshared for one in asked)
        self.tokens_out += sum(estimated_tokens(reply.text) for reply in replies)
        return replies


def _said(question: Question) -> str:
    if question.seed % 10 >= 3:
        return '{"do":[]}'
    act = question.options[question.seed // 10 % len(question.options)]
    entry = {"act": act, "text": "Noted.", "topic": question.topics[0] if question.topics else ""}
    return json.dumps({"do": [entry | ({"on": "1"} if question.posts else {})]})


@dataclass
class _Measured:
    """The archetype mind as the loop wants it, with a clock around its halves."""

    mind: ArchetypeMind
    rules: RuleMind
    asker: StandIn
    name: str = "archetype"
    asking: float = 0.0
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)

    def decide(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> DecisionBatch:
        cpu = time.process_time()
        self.mind.estimate(world, streams, self.asker)
        self.asking += time.process_time() - cpu
        cpu, wall = time.process_time(), time.perf_counter()
        decisions = self.mind.decide(world, feed, streams, workers, self.asker)
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)
        self.decided.append(len(feed))
        return decisions

    def remember(self, *what: Any) -> None:
        self.rules.remember(*what)


def bench(*, users: int, seed: int, threads: int, steps: int = 5, **_others: Any) -> dict[str, Any]:
    """Decide `steps` steps (after a warm-up) for all of `users` users and return the figures.

    cpu_ms_per_decision: processor time of all threads for one user's visit, ten posts, asking not included (median
    of steps); ask_cpu_seconds: that of grouping, questions and replies, once; wall_seconds: of the counted steps'
    decisions. Tokens are estimated, means per decision of all steps. Raises WrongInput.
    """
    if users < 2 or steps < 1:
        name, value, least = ("--users", users, 2) if users < 2 else ("--steps", steps, 1)
        msg = f"{name} is {value}; it must be a whole number from {least}."
        raise WrongInput(msg)
    scenario = workload(users, min(FOLLOWS, users - 1), 1.0)
    parts = Parts(scenario, Streams(seed), Workers(threads))
    people = build_population(scenario, parts.streams)
    simulation = parts.simulation(parts.found_world(people), Nothing())
    rules = parts.mind()
    drawing = ArchetypeMind(CODES, rules.writing, "stand-in", rates=rules.rates, gate=rules.gate, depth=rules.depth)
    measured = _Measured(drawing, rules, StandIn())
    simulation.mind = measured
    simulation.found(parts.seeds(simulation.world, people.seed_posts))
    for _ in range(WARM_UP + steps):
        simulation.step()
    each = [c / max(d, 1) for c, d in zip(measured.cpu[WARM_UP:], measured.decided[WARM_UP:], strict=True)]
    decisions, asker, wall = int(np.sum(measured.decided)), measured.asker, sum(measured.wall[WARM_UP:])
    return {
        "tier": "archetype",
        "model": "stand-in",
        "users": users,
        "steps": WARM_UP + steps,
        "decisions": decisions,
        "model_calls": asker.asked,
        "model_calls_per_decision": round(asker.asked / decisions, 6),
        "tokens_per_call": round(asker.tokens_in / asker.asked, 1),
        "tokens_in": round(asker.tokens_in / decisions, 3),
        "tokens_unshared": round(asker.tokens_unshared / decisions, 3),
        "tokens_out": round(asker.tokens_out / decisions, 3),
        "cpu_ms_per_decision": round(1e3 * statistics.median(each), 6),
        "ask_cpu_seconds": round(measured.asking, 3),
        "wall_seconds": round(wall, 4),
        "decisions_per_second": round(sum(measured.decided[WARM_UP:]) / max(wall, 1e-9), 1),
        "digest": simulation.digest.hex(),
    }
