"""One request to one server, through the openai client, and every way in which it can fail.

One time limit over everything, and no redirect is followed: it would carry the request to an address that nobody chose.
What leaves and what is taken: transport.py.
"""

from __future__ import annotations

import asyncio
import email.utils
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from agents.inference.endpoint.heard import Unreadable, read_json, shown, without_key
from agents.inference.endpoint.settings import Endpoint
from agents.inference.endpoint.transport import TooMuch, open_transport

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A request that failed, as a value: exceptions of HTTP libraries hold the request, and with it the key.

    why: one sentence without a full stop. kind: "away" there is no server; "again" it may go well next time; "busy" the
    server asked to wait `wait` seconds (None: it did not say how long); "refused" it does not take this request;
    "closed" it takes none from us (key, address, model). timed_out: the time limit ended it.
    """

    why: str
    kind: Literal["away", "again", "busy", "refused", "closed"]
    wait: float | None = None
    timed_out: bool = False


class Line:
    """Requests to one endpoint. Belongs to the event loop in which it was made."""

    def __init__(self, endpoint: Endpoint, key: str) -> None:
        self._endpoint, self._key = endpoint, key
        self._client = _open_client(endpoint, key)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def complete(self, body: dict[str, Any]) -> bytes | Trouble:
        """Send a chat completion request; return the body of the answer."""
        import httpx2

        post = self._client.post
        return await self._guarded(lambda: post("/chat/completions", cast_to=httpx2.Response, body=body))

    async def models(self) -> list[str] | Trouble:
        """Return the names of the models that the server lists."""
        import httpx2

        body = await self._guarded(lambda: self._client.get("/models", cast_to=httpx2.Response))
        if isinstance(body, Trouble):
            return body
        try:
            held = read_json(body)
        except Unreadable as problem:
            return Trouble(str(problem), "again")
        rows = held.get("data") if isinstance(held, dict) else None
        names = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return [shown(self._bare(name)) for name in names if isinstance(name, str)]

    async def _guarded(self, send: Callable[[], Any]) -> bytes | Trouble:
        import httpx2
        import openai

        limit = self._endpoint.timeout
        try:
            async with asyncio.timeout(limit):
                answer = await send()
                return bytes(answer.content)
        except (TimeoutError, openai.APITimeoutError) as problem:
            if isinstance(problem.__cause__, httpx2.ConnectTimeout):
                return Trouble("cannot be reached: its address does not answer", "away", timed_out=True)
            return Trouble(f"did not answer within {limit:g} s", "again", timed_out=True)
        except openai.APIStatusError as problem:
            return self._status(problem)
        except openai.APIConnectionError as problem:
            cause = problem.__cause__
            if isinstance(cause, httpx2.ConnectError):
                return Trouble(f"cannot be reached: {_why_not(cause)}", "away")
            return Trouble("broke the connection off, or does not speak HTTP", "again")
        except TooMuch as problem:
            return Trouble(str(problem), "again")
        except Exception as problem:  # noqa: BLE001 - whatever a hostile server can make a library raise
            # Only the name: the text of such errors may hold a header.
            return Trouble(f"sent what cannot be understood ({type(problem).__name__})", "again")

    def _status(self, problem: Any) -> Trouble:
        status = int(problem.status_code)
        said = self._said(problem.body)
        if status == 429:
            if "insufficient_quota" in said or "billing" in said:
                return Trouble("answered 429: the account's quota is used up", "closed")
            return Trouble(
                "answered 429: too many requests", "busy", wait=_retry_after(problem.response.headers)
            )
        if status in {401, 403}:
            # What servers say here often holds parts of the key.
            return Trouble(f"answered {status}: the key is not accepted", "closed")
        if 300 <= status < 400:
            return Trouble(f"answered {status}, a redirect, which is not followed", "closed")
        words = f": {said}" if said else ""
        if status in {402, 404, 405, 410}:
            return Trouble(f"answered {status}{words}", "closed")
        if status in {408, 409, 425} or status >= 500:
            wait = _retry_after(problem.response.headers) if status == 503 else None
            return Trouble(f"answered {status}{words}", "again", wait=wait)
        return Trouble(f"answered {status}{words}", "refused")

    def _said(self, body: Any) -> str:
        """Return what a server wrote into its error, as one short line without the key."""
        if isinstance(body, dict):
            body = body.get("error", body)
        if isinstance(body, dict):
            body = body.get("message") or body.get("detail") or body.get("code")
        return shown(self._bare(body)) if isinstance(body, str) else ""

    def _bare(self, text: str) -> str:
        return without_key(text, self._key)


def _open_client(endpoint: Endpoint, key: str) -> AsyncOpenAI:
    import httpx2
    from openai import AsyncOpenAI

    http = httpx2.AsyncClient(
        timeout=httpx2.Timeout(endpoint.timeout, connect=min(CONNECT_SECONDS, endpoint.timeout)),
        follow_redirects=False,
        trust_env=False,
        transport=open_transport(endpoint.base_url, key),
    )
    return AsyncOpenAI(
        api_key=key or "none", admin_api_key="", base_url=endpoint.base_url, max_retries=0, http_client=http
    )


def _why_not(problem: BaseException | None) -> str:
    """Return why no connection came about, from what the exception came from."""
    while problem is not None:
        if isinstance(problem, ssl.SSLError):
            return "it does not speak TLS, or its certificate is not accepted"
        if isinstance(problem, socket.gaierror):
            return "its name is not known"
        problem = problem.__cause__ or problem.__context__
    return "nothing answers at its address"


def _retry_after(headers: Any) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), None where there is none that can be read."""
    text = str(headers.get("retry-after", "")).strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
