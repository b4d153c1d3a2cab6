"""Questions to a model behind one endpoint or several: who is asked, how often, and what comes of it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import Any

from agents.answers import answer_schema
from agents.asking import ModelAway, Question, Reply, Sampling, estimated_tokens
from agents.inference.deciding import Case, Said
from agents.inference.endpoint.client import Trouble
from agents.inference.endpoint.gate import Gate, Gates, label_of
from agents.inference.endpoint.heard import Heard, clean
from agents.inference.endpoint.loop import run
from agents.inference.endpoint.settings import Endpoint, check_endpoint, check_key

logger = logging.getLogger(__name__)

RETRIES = 3
"""Requests more for one question, after the first, where a server fails."""
BUSY_RETRIES = 8
"""The same where it only asks to wait."""
FIRST_WAIT, MOST_WAIT = 0.5, 20.0
REASONING_TOKENS = 1024
"""Tokens more for a model that was seen to reason before it replies."""
PLAIN_AFTER = 3  # requests refused with schema and seed and taken without, before these are left out for good

_gates = Gates()


class EndpointModel:
    """Answers questions through OpenAI-compatible servers. Implements `agents.asking.Model`.

    endpoints: one or more; each question goes to one of them, drawn by weight among those that can be asked, and to
    another when that one fails. key_of: returns an endpoint's key, "" for none; it is asked once per batch. gates:
    limits, breakers and connections, one set for the process unless a test brings its own.
    """

    def __init__(
        self, endpoints: Sequence[Endpoint], key_of: Callable[[Endpoint], str], gates: Gates | None = None
    ) -> None:
        if not endpoints:
            raise ValueError("an endpoint model needs an endpoint")
        for endpoint in endpoints:
            check_endpoint(endpoint)
        self.endpoints = tuple(endpoints)
        self.name = "+".join(sorted({label_of(endpoint) for endpoint in endpoints}))
        self._key_of = key_of
        self._gates = _gates if gates is None else gates

    def answer(self, questions: Sequence[Question], sampling: Sampling) -> list[Reply]:
        """Return one reply per question, in their order; raises ModelAway where no endpoint can be asked."""
        return run(self.answer_in_loop(questions, sampling))

    async def answer_in_loop(self, questions: Sequence[Question], sampling: Sampling) -> list[Reply]:
        """Return the same from within an event loop."""
        gates = []
        for endpoint in self.endpoints:
            key = self._key_of(endpoint)
            if key:
                check_key(key)
            gates.append(self._gates.of(endpoint, key))
        talk = _Talk(gates, sampling, self._gates)
        tasks = [asyncio.create_task(talk.settle(question, self.name)) for question in questions]
        try:
            return await asyncio.gather(*tasks)
        except BaseException:
            # The batch goes elsewhere, whole: what is still under way would be paid for and thrown away.
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise


class _Talk:
    """One batch on its way."""

    def __init__(self, gates: Sequence[Gate], sampling: Sampling, shared: Gates) -> None:
        self._all, self._sampling = gates, sampling
        self._clock, self._sleep = shared.pace.clock, shared.pace.sleep

    async def settle(self, question: Question, model: str) -> Reply:
        began = self._clock()
        case = Case(question, model)
        while case.open:
            case.take(await self._say(case.asking))
        return case.reply(self._clock() - began)

    async def _say(self, question: Question) -> Said:
        """Ask until a server has said something, or has failed too often; raises ModelAway."""
        calls = failures = busy = 0
        plain, refused = False, ""
        refusing: set[int] = set()
        while True:
            at = await self._choose(question, calls, refusing)
            if at is None:
                return Said(problem=refused, calls=calls)
            gate = self._all[at]
            extras = {} if plain or gate.plain >= PLAIN_AFTER else extras_of(gate.endpoint, question)
            body = {**body_of(gate.endpoint, question, self._sampling), **extras}
            got = await gate.ask(
                body,
                question=question.seed,
                tokens=question.tokens + self._sampling.max_tokens,
                sent=4 * (len(question.shared) + len(question.own)),  # no character has more bytes
            )
            if got is None:
                continue
            calls += 1
            if isinstance(got, Heard):
                self._note_plain(gate, plain, bool(extras))
                return self._said(got, question, gate.endpoint, calls)
            if got.kind == "refused":
                if extras:
                    plain = True
                    continue
                refusing.add(at)
                refused = _sentence(gate, got, calls)
            elif got.kind == "busy":
                busy += 1
                if busy > BUSY_RETRIES:
                    return Said(problem=_sentence(gate, got, calls), calls=calls)
                wait = _wait(question.seed, busy) if got.wait is None else got.wait
                gate.pause(wait, f"asked to be left alone for {wait:.0f} s")
            elif got.kind != "closed":
                # Whoever waited for the whole time limit does not wait four times.
                failures += 2 if got.timed_out else 1
                if failures > RETRIES:
                    return Said(problem=_sentence(gate, got, calls), calls=calls)
                await self._sleep(max(_wait(question.seed, failures), min(got.wait or 0.0, MOST_WAIT)))

    async def _choose(self, question: Question, calls: int, refusing: set[int]) -> int | None:
        """Return the gate to ask, drawn by weight among those that are free, and keyed by the question.

        None where nobody is left but those that have refused this very question; ModelAway where nobody is left.
        """
        while True:
            open_ = [at for at, gate in enumerate(self._all) if at not in refusing and gate.ready]
            if open_:
                free = [at for at in open_ if self._all[at].free]
                return self._drawn(free or open_, question.seed, calls)
            trying = [gate for at, gate in enumerate(self._all) if at not in refusing and gate.trying]
            if not trying:
                if refusing:
                    return None
                raise ModelAway("; ".join(f"{g.endpoint.name} {g.breaker.why}" for g in self._all) + ".")
            await trying[0].told()

    def _drawn(self, among: Sequence[int], seed: int, calls: int) -> int:
        weights = [self._all[at].endpoint.weight for at in among]
        left = fraction(seed, calls, "endpoint") * sum(weights)
        for at, weight in zip(among, weights, strict=True):
            left -= weight
            if left < 0:
                return at
        return among[-1]

    def _said(self, heard: Heard, question: Question, endpoint: Endpoint, calls: int) -> Said:
        tokens_in = question.tokens if heard.tokens_in is None else heard.tokens_in
        tokens_out = estimated_tokens(heard.text) if heard.tokens_out is None else heard.tokens_out
        note = ""
        if heard.cut:
            note = f"It was cut at {self._sampling.max_tokens} tokens."
        elif heard.reasoned and not heard.text:
            note = "It held only reasoning."
        return Said(
            text=heard.text,
            note=note,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            tokens_cached=heard.tokens_cached,
            cost=endpoint.cost(tokens_in, tokens_out, heard.tokens_cached),
            calls=calls,
            model=label_of(endpoint),
        )

    def _note_plain(self, gate: Gate, plain: bool, extras: bool) -> None:
        if extras:
            gate.plain = 0
        elif plain:
            gate.plain += 1
            if gate.plain == PLAIN_AFTER:
                logger.warning("endpoint %s refuses schema and seed; they are left out", gate.endpoint.name)


def body_of(endpoint: Endpoint, question: Question, sampling: Sampling) -> dict[str, Any]:
    """Return the request of a question. What all users share comes first, so that a server can keep it cached."""
    messages = [{"role": "system", "content": clean(question.shared)}] if question.shared else []
    messages.append({"role": "user", "content": clean(question.own)})
    # A model that reasons first would use up the reply's tokens before it begins to reply.
    length = sampling.max_tokens + (REASONING_TOKENS if "reasoning" in endpoint.features else 0)
    limits = limits_of(endpoint.features, length, sampling.temperature, sampling.top_p)
    return {"model": endpoint.model, "messages": messages, **limits}


def limits_of(features: frozenset[str], max_tokens: int, temperature: float, top_p: float) -> dict[str, Any]:
    """Return length and sampling in the words that the server takes (see probe.FEATURES)."""
    length = "max_completion_tokens" if "completion_limit" in features else "max_tokens"
    sampling = {} if "fixed_sampling" in features else {"temperature": temperature, "top_p": top_p}
    return {length: max_tokens, **sampling}


def extras_of(endpoint: Endpoint, question: Question) -> dict[str, Any]:
    """Return what is asked of a server only where a probe found that it can do it."""
    extras: dict[str, Any] = {}
    if "schema" in endpoint.features:
        extras["response_format"] = schema_format("reply", answer_schema(question))
    if "seed" in endpoint.features:
        extras["seed"] = question.seed % 2**31  # the smallest range among servers
    return extras


def schema_format(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the `response_format` that asks for replies of a JSON schema."""
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}


def fraction(seed: int, number: int, purpose: str) -> float:
    """Return a number in [0, 1), the same for the same arguments: draws have no state here either."""
    word = hashlib.blake2b(f"{purpose}:{seed}:{number}".encode(), digest_size=8).digest()
    return int.from_bytes(word, "little") / 2**64


def _wait(seed: int, number: int) -> float:
    """Return the seconds before try `number` + 1: doubling, and between half and all of that."""
    return min(FIRST_WAIT * 2.0 ** (number - 1), MOST_WAIT) * (0.5 + fraction(seed, number, "wait") / 2)


def _sentence(gate: Gate, trouble: Trouble, calls: int) -> str:
    times = f" ({calls} requests)" if calls > 1 else ""
    return f"Endpoint {gate.endpoint.name} {trouble.why}{times}."
