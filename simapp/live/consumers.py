"""The socket of a run: who may listen, the snapshot, then numbered messages, at most five frames a second."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from channels.generic.websocket import AsyncWebsocketConsumer

from simapp.live.outbox import Outbox
from simapp.live.watching import may_watch, read_snapshot, read_state
from simapp.runs.messages import RUN_MESSAGE, group_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
NOT_FOUND = 4404
TOO_BIG = 1009
TOO_MANY = 4429


class RunConsumer(AsyncWebsocketConsumer):
    """Sends the first message at once and whatever comes soon after in one frame.

    A frame is ``{"v": 1, "type": "batch", "run": id, "messages": [...]}``. A browser that reads slowly holds
    up only its own sending task; what waits for it is bounded (see `Outbox`). A socket that hears nothing looks
    at the run itself: the broker may have lost the last message, or forgotten who listens. `clock`, `pause` and
    `doze` are there for tests.
    """

    seconds_between_frames = 0.2
    seconds_of_silence = 5.0  # after this the run is looked at: its owner says something every second
    seconds_between_checks = 60.0  # a member who lost access hears nothing more after this
    largest_message = 1024  # bytes; browsers have nothing to say here
    messages_allowed = 20  # per ten seconds

    def __init__(
        self,
        *args: Any,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        doze: Callable[[float], Awaitable[None]] = asyncio.sleep,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._clock, self._pause, self._doze = clock, pause, doze
        self._wake = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._last_heard = 0.0
        self._last_seen = ""
        self._joined = False
        self._heard: list[float] = []

    async def connect(self) -> None:
        """Refuse before the handshake (4401 signed out, 4404 not theirs or gone) or send the snapshot."""
        self._run_id = int(self.scope["url_route"]["kwargs"]["run_id"])
        refusal = await self._refusal()
        if refusal:
            await self.close(refusal)
            return
        self._checked = self._clock()
        # The group first: what is committed while the snapshot is read arrives as a message after it.
        await self.channel_layer.group_add(group_name(self._run_id), self.channel_name)
        self._joined = True
        snapshot = await read_snapshot(self._run_id)
        if snapshot is None:
            await self.close(NOT_FOUND)
            return
        self._outbox = Outbox(self._run_id)
        self._outbox.put_snapshot(snapshot.body, snapshot.step)
        await self.accept()
        self._last_heard = self._clock()
        self._sending = asyncio.create_task(self._send_frames())
        self._looking = asyncio.create_task(self._look_in_silence())
        self._wake.set()

    async def disconnect(self, code: int) -> None:
        """Forget the socket; nothing is sent after this."""
        for task in (self._sending, self._looking):
            if task is not None:
                task.cancel()
        if self._joined:
            await self.channel_layer.group_discard(group_name(self._run_id), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignore what a browser says; close on one that says too much."""
        size = len(text_data.encode() if text_data is not None else bytes_data or b"")
        now = self._clock()
        self._heard = [*(heard for heard in self._heard if now - heard < 10.0), now]
        if size > self.largest_message:
            await self.close(TOO_BIG)
        elif len(self._heard) > self.messages_allowed:
            await self.close(TOO_MANY)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As in Channels, but without a look at old database connections before each message of a run.

        That look is a turn of a thread for every socket and message: two thirds of what fanning out cost. Who reads the
        database here (`simapp.live.watching`) looks at its connection itself.
        """
        if message["type"] == RUN_MESSAGE:
            await self.run_message(message)
        else:
            await super().dispatch(message)

    async def run_message(self, content: dict[str, Any]) -> None:
        """Take a message of the run's group (`simapp.runs.messages.envelope`)."""
        if self._sending is None:
            return
        self._last_heard = self._clock()
        if self._clock() - self._checked >= self.seconds_between_checks:
            self._checked = self._clock()
            refusal = await self._refusal()
            if refusal:
                await self.close(refusal)
                return
        if content["kind"] == "step":
            self._outbox.put_step(int(content["step"]), content["body"])
        else:
            self._outbox.put_state(content["body"])
        self._wake.set()

    async def _refusal(self) -> int:
        """0 when this member may watch, else the code to close with."""
        found = await may_watch(self.scope, self._run_id)
        return {True: 0, False: NOT_FOUND, None: SIGNED_OUT}[found]

    async def _look_in_silence(self) -> None:
        """Say how the run stands when nobody else does, and listen again when that is news."""
        while True:
            await self._doze(self.seconds_of_silence)
            if self._clock() - self._last_heard < self.seconds_of_silence:
                continue
            try:
                state = await read_state(self._run_id)
                if state is not None and state.body != self._last_seen:
                    self._last_seen = state.body
                    self._outbox.put_state(state.body)
                    self._wake.set()
                    await self.channel_layer.listen_again(group_name(self._run_id))
            except Exception as problem:  # noqa: BLE001 - database or broker are away: looked at again in a moment
                logger.info("run %d: nothing is heard and nothing can be seen (%r)", self._run_id, problem)

    async def _send_frames(self) -> None:
        last = float("-inf")
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                rest = last + self.seconds_between_frames - self._clock()
                if rest > 0:
                    await self._pause(rest)
                frame = self._outbox.take()
                if frame is not None:
                    await self.send(text_data=frame)
                    last = self._clock()
        except Exception as problem:  # noqa: BLE001 - a socket that broke is closed, whatever broke it
            logger.info("run %d: a socket ended while it was written to (%r)", self._run_id, problem)
            await self.close()
