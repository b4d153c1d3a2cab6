"""What leaves for a server and what is taken from it, beneath the openai client.

Of the headers only those that HTTP needs and the endpoint's own key leave: the client would add what it finds in the
environment (another key, an organisation, headers of the operator's). What comes back has a largest size and no
compression: a few bytes of it can become gigabytes.

Connections are kept one by one, not in the HTTP library's pool: for each request that looks at every connection that it
has, and with a thousand of them spends more time there than on the request.
"""

from __future__ import annotations

import ipaddress
import urllib.request
from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 2_000_000
"""Bytes of a server's answer; more is not read."""
IDLE_SECONDS = 30.0
"""Seconds for which a connection that nobody uses is trusted to be still there."""
SENT_HEADERS = frozenset(
    ("host", "content-type", "content-length", "accept", "connection", "user-agent", "transfer-encoding")
)


class TooMuch(Exception):
    """The server sent more than is taken; the text says what."""


def open_transport(base_url: str, key: str) -> httpx2.AsyncBaseTransport:
    """Return a transport to one server, for one event loop; whoever uses it bounds how much goes on at once."""
    transport: httpx2.AsyncBaseTransport = _class()(base_url, key)
    return transport


def proxy_of(base_url: str) -> str | None:
    """Return the proxy of the environment through which a server is reached; none for what lies on this machine."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if _is_here(host) or urllib.request.proxy_bypass(parts.netloc):
        return None
    found = urllib.request.getproxies()
    return found.get(parts.scheme) or found.get("all")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


# The library is loaded when the first endpoint is asked, not when this module is: hence classes within functions.
@cache
def _class() -> Any:
    import httpx2

    one = httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS)

    class Transport(httpx2.AsyncBaseTransport):
        def __init__(self, base_url: str, key: str) -> None:
            self._key, self._proxy = key, proxy_of(base_url)
            self._tls = httpx2.create_ssl_context()
            self._free: list[httpx2.AsyncHTTPTransport] = []
            self._all: list[httpx2.AsyncHTTPTransport] = []

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            _send_only_ours(request, self._key)
            connection = self._taken()
            try:
                response = await connection.handle_async_request(request)
            except BaseException:
                self._free.append(connection)
                raise
            response.stream = _bounded()(response.stream, lambda: self._free.append(connection))
            try:
                _check(response)
            except TooMuch:
                await response.aclose()
                raise
            return response

        async def aclose(self) -> None:
            for connection in self._all:
                await connection.aclose()

        def _taken(self) -> httpx2.AsyncHTTPTransport:
            if self._free:
                return self._free.pop()  # the last that was used, so that those too many grow old and end
            made = httpx2.AsyncHTTPTransport(verify=self._tls, limits=one, proxy=self._proxy, trust_env=False)
            self._all.append(made)
            return made

    return Transport


@cache
def _bounded() -> Any:
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        """A body that ends in TooMuch when it is too long, and says once when it is closed."""

        def __init__(self, stream: Any, closed: Callable[[], None]) -> None:
            self._stream = stream
            self._closed: Callable[[], None] | None = closed

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for part in self._stream:
                size += len(part)
                if size > MOST_BYTES:
                    raise TooMuch(_too_long())
                yield part

        async def aclose(self) -> None:
            closed, self._closed = self._closed, None
            try:
                await self._stream.aclose()
            finally:
                if closed is not None:
                    closed()

    return Bounded


def _send_only_ours(request: httpx2.Request, key: str) -> None:
    for name in set(request.headers) - SENT_HEADERS:
        del request.headers[name]
    request.headers["accept-encoding"] = "identity"
    if key:
        request.headers["authorization"] = f"Bearer {key}"


def _check(response: httpx2.Response) -> None:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise TooMuch("sent a compressed answer, which nobody asked for")
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MOST_BYTES:
        raise TooMuch(_too_long())


def _too_long() -> str:
    return f"sent more than {MOST_BYTES / 1e6:g} MB"
