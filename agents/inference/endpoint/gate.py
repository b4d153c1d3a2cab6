"""The way to one endpoint, shared by everything in this process that asks it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from agents.inference.endpoint.client import Line, Trouble
from agents.inference.endpoint.heard import Heard, Unreadable, read_completion, without_key
from agents.inference.endpoint.pacing import Breaker, Taken, Window
from agents.inference.endpoint.settings import Endpoint

MOST_PAUSE = 120.0
"""Seconds that a server may ask to wait; one that asks for more is left alone for as long, up to MOST_REST."""
MOST_REST = 3600.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Where time comes from: tests bring their own."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep


class Gate:
    """Concurrency, limits, pauses, breaker and connections of one endpoint. Lives in one event loop.

    line: replaces the connections in tests.
    """

    def __init__(self, endpoint: Endpoint, key: str, pace: Pace, line: Any = None) -> None:
        self.endpoint = endpoint
        self.breaker = Breaker()
        self.under_way = 0
        self.plain = 0  # times in a row that a request was only taken without schema and seed
        self._key, self._pace = key, pace
        self._line = line or Line(endpoint, key)
        self._slots = asyncio.Semaphore(endpoint.concurrency)
        self._turns = asyncio.Lock()
        self._requests = Window(endpoint.requests_per_minute)
        self._tokens = Window(endpoint.tokens_per_minute)
        self._paused_until = float("-inf")
        self._told = asyncio.Event()

    @property
    def label(self) -> str:
        """Model and host, as replies are filed."""
        return label_of(self.endpoint)

    @property
    def ready(self) -> bool:
        """Whether it may be asked; waiting for a free slot or for a limit counts as yes."""
        return self.breaker.ready(self._pace.clock())

    @property
    def free(self) -> bool:
        """Whether a request could go out at once, limits per minute aside."""
        room = self.under_way < self.endpoint.concurrency
        return room and self._paused_until <= self._pace.clock() and self.ready

    @property
    def trying(self) -> bool:
        """Whether one request is finding out if the server is back."""
        return self.breaker.trying

    async def told(self) -> None:
        """Wait until a request has an answer."""
        await self._told.wait()

    def pause(self, seconds: float, why: str) -> None:
        """Ask nothing for a while."""
        now = self._pace.clock()
        if seconds > MOST_PAUSE:
            self.breaker.open(now, why, rest=min(seconds, MOST_REST))
        else:
            self._paused_until = max(self._paused_until, now + seconds)

    async def ask(
        self, body: dict[str, Any], *, question: int, tokens: int, sent: int
    ) -> Heard | Trouble | None:
        """Send one request when its turn comes; None where the breaker opened meanwhile: nothing was sent.

        question: what tells it from others, for the breaker. tokens: what it may cost at most, estimated; what it
        did cost is counted in its place. sent: bytes of the messages.
        """
        self.under_way += 1
        try:
            async with self._slots:
                entry = await self._turn(tokens)
                if entry is None:
                    return None
                got = await self._send(body, question, sent)
                if isinstance(got, Heard):
                    counted = (got.tokens_in, got.tokens_out)
                    self._tokens.settle(entry, tokens if None in counted else sum(c or 0 for c in counted))
                return got
        finally:
            self.under_way -= 1

    async def close(self) -> None:
        """Close all connections."""
        await self._line.close()

    async def _turn(self, tokens: int) -> Taken | None:
        # One at a time, in order of arrival: a large request is not overtaken for ever by small ones.
        async with self._turns:
            while self.ready:
                now = self._pace.clock()
                wait = max(
                    self._requests.wait(1, now), self._tokens.wait(tokens, now), self._paused_until - now
                )
                if wait <= 0:
                    self._requests.take(1, now)
                    return self._tokens.take(tokens, now)
                await self._pace.sleep(wait)
            return None

    async def _send(self, body: dict[str, Any], question: int, sent: int) -> Heard | Trouble:
        began = self._pace.clock()
        trial = self.breaker.began()
        try:
            answer = await self._line.complete(body)
            got = self._read(answer, body, sent)
        except BaseException:
            self.breaker.let_go(trial)
            self._tell()
            raise
        self._note(got, question, began, trial)
        self._tell()
        return got

    def _tell(self) -> None:
        self._told.set()
        self._told = asyncio.Event()

    def _read(self, answer: bytes | Trouble, body: dict[str, Any], sent: int) -> Heard | Trouble:
        if isinstance(answer, Trouble):
            return answer
        most = body.get("max_tokens") or body.get("max_completion_tokens") or 0
        try:
            heard = read_completion(answer, sent=sent, max_tokens=most)
        except Unreadable as problem:
            return Trouble(str(problem), "again")
        text = without_key(heard.text, self._key)
        return heard if text == heard.text else heard.with_text(text)

    def _note(self, got: Heard | Trouble, question: int, began: float, trial: bool) -> None:
        now = self._pace.clock()
        if isinstance(got, Heard) or got.kind in {"refused", "busy"}:
            self.breaker.went_well()
        elif got.kind == "closed":
            self.breaker.open(now, got.why)
        else:
            self.breaker.failed(question, began, now, got.why, trial=trial, reached=got.kind != "away")


@dataclass
class Gates:
    """All gates of a process, by settings and key: who asks the same endpoint shares its limits and its breaker."""

    pace: Pace = field(default_factory=Pace)
    _held: dict[tuple[int, Endpoint, bytes], Gate] = field(default_factory=dict)

    def of(self, endpoint: Endpoint, key: str) -> Gate:
        """Return the endpoint's gate, made on first use; call it in the loop that asks."""
        # By process as well: a forked child must not talk through its parent's connections.
        name = (os.getpid(), endpoint, hashlib.sha256(key.encode()).digest())
        if name not in self._held:
            self._held[name] = Gate(endpoint, key, self.pace)
        return self._held[name]

    async def close(self) -> None:
        """Close all connections and forget everything."""
        held, self._held = list(self._held.values()), {}
        for gate in held:
            await gate.close()


def label_of(endpoint: Endpoint) -> str:
    """Return model and host of an endpoint: what tells its replies from those of another server's model."""
    return f"{endpoint.model}@{urlsplit(endpoint.base_url).netloc}"
