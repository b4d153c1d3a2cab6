"""A browser's end of a WebSocket, spoken directly to an ASGI application."""

from __future__ import annotations

import asyncio
from typing import Any


class Socket:
    """Channels has one as well, which needs a second ASGI server to be installed; and like that of asgiref it
    gives the application an empty context, in which its database work would leave the test's transaction."""

    def __init__(self, application, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        self._application = application
        self._scope = {
            "type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": [],
        }  # fmt: skip
        self.kind: Any = None

    async def connect(self) -> tuple[bool, int | None]:
        """(True, None), or (False, the code of the refusal)."""
        self._said, self._heard = asyncio.Queue(), asyncio.Queue()
        self._task = asyncio.create_task(self._application(self._scope, self._said.get, self._heard.put))
        await self._said.put({"type": "websocket.connect"})
        answer = await self.receive()
        return answer["type"] == "websocket.accept", answer.get("code")

    async def say(self, *, text: str | None = None, data: bytes | None = None) -> None:
        """Say something to the application."""
        await self._said.put({"type": "websocket.receive", "text": text, "bytes": data})

    async def receive(self) -> dict[str, Any]:
        """The next event; raises what the application raised if that ended it."""
        getting = asyncio.ensure_future(self._heard.get())
        await asyncio.wait({getting, self._task}, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            return getting.result()
        getting.cancel()
        if self._task.done():
            self._task.result()
        raise TimeoutError("the application said nothing")

    def silent(self) -> bool:
        """Whether nothing waits to be received."""
        return self._heard.empty()

    async def disconnect(self) -> None:
        """Hang up and let the application end."""
        await self._said.put({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(5):
            await asyncio.gather(self._task, return_exceptions=True)
