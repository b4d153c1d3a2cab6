"""Refuses request bodies that no page could take, before they are spooled to disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string

from simapp.web.csp import policy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# Form fields and multipart boundaries around an upload.
ROOM = 6_000_000


class BodyLimit:
    """ASGI middleware: a body that is announced, or turns out, larger than the upload limit gets 413."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        limit = settings.SOCIARIUM_UPLOAD_LIMIT_BYTES + ROOM
        said = dict(scope.get("headers", []))
        announced = said.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            await _refuse(send, limit, page=b"text/html" in said.get(b"accept", b""))
            return
        came = 0

        async def counted() -> dict[str, Any]:
            nonlocal came
            message: dict[str, Any] = await receive()
            came += len(message.get("body", b""))
            # A client that announced less, or nothing, is cut off as if it had gone away.
            return message if came <= limit else {"type": "http.disconnect"}

        await self.application(scope, counted, send)


async def _refuse(send: Any, limit: int, *, page: bool) -> None:
    """Answer 413: a browser gets a page, without the frame, as no session is read here."""
    sentence = f"The request is too large; at most {limit // 1_000_000} MB are accepted."
    kind = "html" if page else "plain"
    text = render_to_string("bare.html", {"heading": "Too large", "sentence": sentence}) if page else sentence
    body = text.encode()
    headers = [
        (b"content-type", f"text/{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"content-security-policy", policy().encode()),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
