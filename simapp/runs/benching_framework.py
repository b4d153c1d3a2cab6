"""The benchmark of everything around a model call: prompt, record key, reading, requests, memory; the model is a
stand-in that answers at once (or after a fixed time), in the form in which models answer.

What the stand-in says means nothing; it has the acts and lengths that a user's decision has.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.asking import Asked, Question, Reply, Sampling, estimated_tokens
from agents.inference.endpoint.measuring import measure_http, measure_latency
from agents.memory.memory import Memory
from agents.prompting.prompter import Prompter
from agents.routing.assignment import Assignment, Who
from agents.routing.limits import Limits, Metered
from agents.writing import Writing
from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import all_actions
from simapp.engine.core.batches import TIERS, DecisionBatch
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.memory import settle_memory
from simapp.engine.core.streams import Streams
from simapp.runs import leases
from simapp.runs.answering import answer_batch
from simapp.runs.asking import Queue
from simapp.runs.assemble import text_pool
from simapp.runs.bench_observation import COMMENT_CHARACTERS, FEWEST_USERS, TOPICS, observed, redrawn
from simapp.runs.benching import drop
from simapp.runs.questions import drop_asked
from simapp.runs.services import command_line_version, create_run
from simapp.scenarios.gallery import get_gallery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simapp.engine.core.batches import FeedBatch
    from simapp.engine.core.world import World
    from simapp.models import Run
    from simapp.runs.leases import Lease

MODEL = "stand-in"
AT_ONCE = 128  # calls that are on their way together, where the stand-in takes time
WARM_UP = 1
HTTP_QUESTIONS, HTTP_AT_ONCE = 256, 64  # asked through HTTP, over loopback, and how many at once
# Shares of what a user does, cumulated: nothing, like, comment, follow, post.
_SHARES = (0.45, 0.8, 0.92, 0.97)


def bench(
    *, users: int, seed: int, latency_ms: float = 0.0, steps: int = 3, tier: str = "endpoint"
) -> dict[str, Any]:
    """Decide `steps` times for each of `users` users on OASIS's observation; return the figures, means per decision.

    cpu_ms_per_decision: CPU time of this process for everything but the stand-in and the engine's own part of a step
    (ranking, applying): routing, prompt, the record (batches into PostgreSQL, out as a worker takes them, replies into
    the input log and the cache, and back), reading, requests, memory. http_cpu_ms_per_decision: what the HTTP client
    costs beside it, against a server on loopback; latency_wall_over_bound: the wall time of calls through it that take
    latency_ms, over the shortest possible at that concurrency. stages_us: its parts, in µs. tokens:
    characters / 4. Raises WrongInput.
    """
    if users < FEWEST_USERS:
        msg = f"--users is {users}; it must be a whole number from {FEWEST_USERS}."
        raise WrongInput(msg)
    if steps < 1:
        msg = f"--steps is {steps}; it must be a whole number from 1."
        raise WrongInput(msg)
    if not 0 <= latency_ms <= 60_000:
        msg = f"--latency-ms is {latency_ms}; it must be 0 to 60000."
        raise WrongInput(msg)
    streams = Streams(seed)
    world, feed = observed(users, streams)
    with recording() as (run, lease):
        figures, questions = _measured(world, feed, streams, run, lease, latency_ms, steps, tier)
    asked = questions[:HTTP_QUESTIONS]
    figures |= measure_http(asked, concurrency=HTTP_AT_ONCE)
    if latency_ms:
        figures |= measure_latency(asked, concurrency=HTTP_AT_ONCE, latency=latency_ms / 1e3)
    return figures


@contextmanager
def recording() -> Iterator[tuple[Run, Lease]]:
    """Make a run under which replies are kept, and delete it with them."""
    run = create_run(owner=None, version=command_line_version(document=get_gallery("rumour")), seed=1, steps=1)
    lease = leases.take(run.pk, leases.owner_name("bench"))
    assert lease is not None  # noqa: S101 - nobody else knows of this run
    try:
        yield run, lease
    finally:
        drop_asked(run.pk)
        drop(run)


def _measured(
    world: World, feed: FeedBatch, streams: Streams, run: Run, lease: Lease, latency_ms: float, steps: int, tier: str
) -> tuple[dict[str, Any], list[Question]]:
    """Return the figures, and the questions of the last step."""
    users, actions = len(feed), tuple(all_actions().values())
    memory = Memory(actions)
    prompter = Prompter(actions, Writing(text_pool(TOPICS)), memory=memory)
    assignment = Assignment((Who("share", share=1.0),))
    meter = _Meter()
    tokens = _Tokens()
    model = StandIn(world, streams, latency_ms)
    queue = Queue(
        lease=lease, rows=run.pk, committed=lambda: 0, sampling=Sampling(),
        send=lambda pk: _answer(pk, model),
    )  # fmt: skip
    asker = Metered(queue, Limits(tokens=10**12), Sampling())
    for step in range(WARM_UP + steps):
        world.step += 1
        feed = redrawn(feed, world, streams)
        if step == WARM_UP:
            settle_memory()  # as the owner of a run does once it is open
            meter.reset()
        with meter.part("route"):
            assignment.of(world, feed, streams)
        with meter.part("prompt"):
            questions = prompter.questions(world, feed, streams)
        model.cpu = 0.0
        with meter.part("record"):
            said = asker.ask(world.step, [Asked(q, tier, MODEL, "as set") for q in questions])
        meter.cpu["record"] -= model.cpu
        with meter.part("read"):
            answers = [
                prompter.deeds(question, reply) for question, reply in zip(questions, said, strict=True)
            ]
        with meter.part("act"):
            batch = prompter.actions(world, feed, questions, answers, streams)
            decisions = DecisionBatch(batch, np.full(len(batch), TIERS.index(tier), np.uint8)).canonical()
        with meter.engine():
            events = carry_out(world, decisions.actions)
        with meter.part("remember"):
            memory.remember(world, feed.viewers, decisions, events)
        if step >= WARM_UP:
            tokens.add(questions, said)
    decisions = users * steps
    figures = {
        "tier": tier,
        "users": users,
        "steps": steps,
        "latency_ms": latency_ms,
        "decisions": decisions,
        "cpu_ms_per_decision": round(1e3 * meter.total / decisions, 4),
        "stages_us": {name: round(1e6 * cpu / decisions, 1) for name, cpu in meter.cpu.items()},
        "wall_seconds": round(meter.wall, 3),
        "decisions_per_second": round(decisions / meter.wall, 1),
        "tokens_in": round(tokens.given / decisions, 1),
        "tokens_in_most": tokens.most,
        "tokens_unshared": round(tokens.unshared / decisions, 1),
        "tokens_out": round(tokens.out / decisions, 1),
        "model_calls": tokens.calls,
    }
    return figures, questions


class StandIn:
    """A model that answers at once, or after a fixed time; its own CPU seconds are in `cpu`."""

    name = f"{MODEL}@1"

    def __init__(self, world: World, streams: Streams, latency_ms: float) -> None:
        self._world, self._streams, self._latency_ms = world, streams, latency_ms
        self.cpu = 0.0

    def answer(self, questions: Sequence[Question], sampling: Sampling) -> list[Reply]:
        """Return the stand-in's replies."""
        began = time.process_time()
        said = stand_in_replies(list(questions), self._world, self._streams, self._latency_ms)
        self.cpu += time.process_time() - began
        return said


def _answer(batch_id: int, model: StandIn) -> None:
    answer_batch(batch_id, model_of=lambda *_: model)


@dataclass
class _Tokens:
    """Sums over decisions, so that none of them is kept."""

    given: int = 0
    most: int = 0
    unshared: int = 0
    out: int = 0
    calls: int = 0

    def add(self, questions: list[Question], replies: list[Reply]) -> None:
        for question, reply in zip(questions, replies, strict=True):
            self.given += question.tokens
            self.most = max(self.most, question.tokens)
            self.unshared += question.tokens_unshared
            self.out += estimated_tokens(reply.text)
            self.calls += reply.tries


class _Meter:
    """CPU seconds by part, and wall seconds of all but the engine's own work."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.cpu: Counter[str] = Counter()
        self.wall = 0.0

    @property
    def total(self) -> float:
        return sum(self.cpu.values())

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu[name] += time.process_time() - cpu
        self.wall += time.perf_counter() - wall

    @contextmanager
    def waiting(self) -> Iterator[None]:
        wall = time.perf_counter()
        yield
        self.wall += time.perf_counter() - wall

    @contextmanager
    def engine(self) -> Iterator[None]:
        yield


def stand_in_replies(
    questions: list[Question], world: World, streams: Streams, latency_ms: float = 0.0
) -> list[Reply]:
    """Return the stand-in's replies, after `latency_ms` for each, AT_ONCE of them at once."""
    users = np.array([question.user for question in questions])
    drawn = streams.uniform("bench/reply", step=world.step, user=users).tolist()
    said = [
        Reply(_said(draw, question), "answered", MODEL, tokens_in=question.tokens)
        for draw, question in zip(drawn, questions, strict=True)
    ]
    if latency_ms:
        asyncio.run(_wait(len(questions), latency_ms / 1e3))
    return said


async def _wait(calls: int, seconds: float) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def call() -> None:
        async with gate:
            await asyncio.sleep(seconds)

    await asyncio.gather(*(call() for _ in range(calls)))


def _said(draw: float, question: Question) -> str:
    place = str(1 + int(draw * 9973) % max(question.posts, 1))
    stance = round(2 * draw - 1, 1)
    act: dict[str, Any]
    if draw < _SHARES[0]:
        return '{"do":[]}'
    if draw < _SHARES[1]:
        act = {"act": "like_post", "on": place}
    elif draw < _SHARES[2]:
        act = {"act": "create_comment", "on": place, "stance": stance, "text": _words(question.user, draw)}
    elif draw < _SHARES[3]:
        act = {"act": "follow", "on": place}
    else:
        topic = question.topics[question.user % len(question.topics)]
        act = {"act": "create_post", "topic": topic, "stance": stance, "text": _words(question.user, draw)}
    return json.dumps({"do": [act]}, separators=(",", ":"))


def _words(user: int, draw: float) -> str:
    """Return a comment of the observation's length, a different one for each decision."""
    words = f"I have said it {user} times and I say it again, number {draw:.9f} of my reasons: it is not so simple."
    return words.ljust(COMMENT_CHARACTERS, ".")[:COMMENT_CHARACTERS]
