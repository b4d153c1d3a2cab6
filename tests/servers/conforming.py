"""A small OpenAI-compatible server on loopback, for tests: conforming, and badly behaved on demand.

    with conforming_server(seed=False) as server:
        Endpoint(name="test", base_url=server.base_url, model="tiny")
        server.then("503", "429 retry-after=2")  # the next two chat requests; those after them are answered
        server.requests                          # what was asked: bodies, headers, in order of arrival

It also behaves badly where a message says so: `[[hang]]` always, `[[503 *2]]` for the first two requests with it. What
it can do instead of answering: a status number (`429 retry-after=2`, `500 echo` repeats the Authorization header),
`hang`, `drip`, `close`, `broken`, `nested`, `huge`, `long`, `gzip`, `redirect`, `empty`; and what can be wrong with an
answer: `usage` (impossible counts), `echo` (the Authorization header as text), `garbage` (text that is no JSON form),
`cut`, `think` (a reasoning block first), `thought` (reasoning in a field of its own), `surrogate`.

Answers are drawn from prompt and seed: an instance of the schema, where one is asked for; else, for a prompt that shows
the JSON form, one like or nothing; else ten letters. With seed=False the same request gets ever different ones.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.servers.instances import instance

DIRECTIVE = re.compile(r"\[\[([a-z0-9][a-z0-9 =-]*?)(?: \*(\d+))?\]\]")
SPOILT = {"usage", "echo", "garbage", "cut", "think", "thought", "surrogate"}


@dataclass(frozen=True)
class Asked:
    """One request: path, headers with lower-case names, JSON body (None: there was none)."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class ConformingServer:
    """What it can do, and what it was asked.

    schema, logprobs, seed, usage: honoured, or ignored without a word, as some servers do; refuse: names in the body
    that it answers with 400. models: status of /models, 200 or an error. answer: replaces the text of replies, given
    the body. latency: seconds before each answer. key: what it demands.
    """

    base_url: str = ""
    model: str = "tiny"
    schema: bool = True
    logprobs: bool = True
    seed: bool = True
    usage: bool = True
    reasoning: bool = False
    refuse: tuple[str, ...] = ()
    models: int = 200
    latency: float = 0.0
    key: str = ""
    answer: Callable[[dict[str, Any]], str] | None = None
    requests: list[Asked] = field(default_factory=list)
    most_at_once: int = 0
    _script: deque[str] = field(default_factory=deque)
    _told: Counter[str] = field(default_factory=Counter)
    _at_once: int = 0

    def then(self, *what: str) -> None:
        """Say what the next chat requests get, one each, in order of arrival."""
        self._script.extend(what)

    @property
    def chats(self) -> list[dict[str, Any]]:
        """The bodies of all chat requests."""
        return [asked.body for asked in self.requests if asked.path.endswith("/chat/completions")]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await self._serve(scope, receive, send)
        finally:
            self._at_once -= 1

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        raw = b""
        while True:
            part = await receive()
            raw += part.get("body", b"")
            if not part.get("more_body"):
                break
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        body = json.loads(raw) if raw else None
        self.requests.append(Asked(scope["path"], headers, body))
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            await _error(send, 401, f"Incorrect API key provided: {headers.get('authorization')}.")
        elif scope["path"].endswith("/models"):
            if self.models == 200:
                await _json(send, 200, {"object": "list", "data": [{"id": self.model, "object": "model"}]})
            else:
                await _error(send, self.models, "there is no hub cache")
        elif scope["path"].endswith("/chat/completions"):
            await self._chat(body, headers, receive, send)
        else:
            await _error(send, 404, "Not Found")

    async def _chat(self, body: dict[str, Any], headers: dict[str, str], receive: Any, send: Any) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        order = self._order(body)
        words = order.split()
        if words and words[0] not in SPOILT:
            await _misbehave(words, headers, receive, send)
            return
        refused = next((name for name in self.refuse if name in body), None)
        if refused:
            await _error(send, 400, f"Unsupported parameter: '{refused}' is not supported with this model.")
            return
        await _json(send, 200, self._completion(body, headers, order))

    def _order(self, body: dict[str, Any]) -> str:
        if self._script:
            return self._script.popleft()
        text = _prompt(body)
        found = DIRECTIVE.search(text)
        if not found:
            return ""
        self._told[text] += 1
        return found[1] if not found[2] or self._told[text] <= int(found[2]) else ""

    def _completion(self, body: dict[str, Any], headers: dict[str, str], order: str) -> dict[str, Any]:
        text = self._text(body)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if order == "echo":
            message["content"] = f"{headers.get('authorization')} {text}"
        elif order == "garbage":
            message["content"] = "I would rather not say."
        elif order == "cut":
            message["content"] = text[: len(text) // 2]
        elif order == "surrogate":
            message["content"] = text + "\ud800\x00"
        elif order == "think" or (self.reasoning and not order):
            message["content"] = f"<think>Should I like it? {{}}</think>\n{text}"
        elif order == "thought":
            message["reasoning_content"] = "Should I like it?"
        count = len(text) // 4 + 1
        usage: Any = {"prompt_tokens": len(_prompt(body)) // 4 + 1, "completion_tokens": count}
        if order == "usage":
            usage = {
                "prompt_tokens": -5,
                "completion_tokens": "many",
                "prompt_tokens_details": {"cached_tokens": 1e9},
            }
        logprobs = {"content": [{"token": "a", "logprob": -0.5, "top_logprobs": []}]}
        choice = {"index": 0, "message": message, "finish_reason": "length" if order == "cut" else "stop"}
        if body.get("logprobs"):
            choice["logprobs"] = logprobs if self.logprobs else None
        reply = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": self.model,
            "choices": [choice],
        }
        return {**reply, "usage": usage} if self.usage or order == "usage" else reply

    def _text(self, body: dict[str, Any]) -> str:
        if self.answer is not None:
            return self.answer(body)
        prompt = _prompt(body)
        number = body.get("seed") if self.seed and "seed" in body else f"{len(self.requests)} of all"
        draw = random.Random(f"{prompt}|{number}")
        wanted = (body.get("response_format") or {}).get("json_schema", {}).get("schema")
        if wanted and self.schema:
            return json.dumps(instance(wanted, draw))
        if '"do"' in prompt:
            return draw.choice(['{"do":[{"act":"like_post","on":"1"}]}', '{"do":[]}'])
        return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(10))


@contextmanager
def conforming_server(**settings: Any) -> Iterator[ConformingServer]:
    """Serve on a free port of 127.0.0.1, in a thread of this process, until the block ends."""
    import uvicorn

    server = ConformingServer(**settings)
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    server.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    config = uvicorn.Config(server, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    web = uvicorn.Server(config)
    threading.Thread(target=web.run, kwargs={"sockets": [listening]}, daemon=True).start()
    try:
        yield server
    finally:
        # It closes its sockets and ends within a tenth of a second; nobody has to wait for that.
        web.should_exit = web.force_exit = True


def _prompt(body: dict[str, Any]) -> str:
    return "\n".join(str(message.get("content")) for message in body.get("messages", []))


async def _misbehave(words: list[str], headers: dict[str, str], receive: Any, send: Any) -> None:
    name = words[0]
    if name.isdigit():
        more = [tuple(word.split("=", 1)) for word in words[1:] if "=" in word]
        said = f"it went wrong: {headers.get('authorization')}" if "echo" in words else "it went wrong"
        await _error(send, int(name), said, more)
    elif name == "hang":
        while (await receive())["type"] != "http.disconnect":
            pass
    elif name == "drip":
        await _start(send, 200, [])
        gone = asyncio.ensure_future(receive())
        while not gone.done():
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.wait([gone], timeout=0.02)
    elif name == "close":
        await _start(send, 200, [("content-length", "1000")])
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionAbortedError
    elif name == "huge":
        await _start(send, 200, [])
        for _ in range(80):
            await send({"type": "http.response.body", "body": b" " * 100_000, "more_body": True})
        await send({"type": "http.response.body", "body": b"{}"})
    elif name == "gzip":
        await _raw(send, 200, gzip.compress(b" " * 3_000_000), [("content-encoding", "gzip")])
    elif name == "redirect":
        await _raw(send, 307, b"", [("location", "http://127.0.0.1:9/v1/chat/completions")])
    else:
        bodies = {
            "broken": b'{"choices": [',
            "nested": b"[" * 100_000,
            "long": b'{"choices": ' + b"9" * 5000 + b"}",
            "empty": b'{"choices": []}',
        }
        await _raw(send, 200, bodies[name], [])


async def _json(send: Any, status: int, held: Any, more: list[Any] | None = None) -> None:
    await _raw(send, status, json.dumps(held).encode(), more or [])


async def _error(send: Any, status: int, said: str, more: list[Any] | None = None) -> None:
    await _json(send, status, {"error": {"message": said, "type": "test", "code": None}}, more)


async def _raw(send: Any, status: int, body: bytes, more: list[Any]) -> None:
    await _start(send, status, [("content-length", str(len(body))), *more])
    await send({"type": "http.response.body", "body": body})


async def _start(send: Any, status: int, more: list[Any]) -> None:
    headers = [("content-type", "application/json"), *more]
    raw = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
