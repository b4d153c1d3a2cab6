"""The door of sockets: one whose route has no line in the table of rights.py is refused to everybody."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from channels.routing import URLRouter

from simapp.web.rights import SOCKETS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from django.urls import URLPattern

logger = logging.getLogger(__name__)
NOT_FOUND = 4404


class SocketGate:
    """ASGI application of all sockets. Who may listen to which run is asked by the consumers, and asked again."""

    def __init__(self, patterns: Sequence[URLPattern]) -> None:
        self.routes = [pattern.pattern for pattern in patterns if pattern.name in SOCKETS]
        closed = [str(pattern.pattern) for pattern in patterns if pattern.name not in SOCKETS]
        if closed:
            logger.error("sockets without a line in simapp/web/rights.py are refused: %s", ", ".join(closed))
        self.open: Callable[..., Awaitable[None]] = URLRouter(list(patterns))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"].lstrip("/")
        if any(route.match(path) for route in self.routes):
            await self.open(scope, receive, send)
            return
        # Also what leads nowhere: the router would end with an error in the log instead of an answer.
        await send({"type": "websocket.close", "code": NOT_FOUND})
