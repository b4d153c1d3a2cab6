"""What is said about a run while it lasts: typed, versioned, numbered by step; and how it is sent.

Every group name and socket path is built in this file. A message is sent after the commit of what it tells,
so whoever hears of a step finds it in the database. Sending may fail (Valkey gone, message lost): nothing but
the sight of it depends on it, because heartbeats carry the newest committed step and readers catch up over
HTTP.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Annotated, Any, Literal

from channels.layers import get_channel_layer
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

logger = logging.getLogger(__name__)

VERSION: Literal[1] = 1
RUN_MESSAGE = "run.message"  # the type of what a run's group is sent: Channels' name of `RunConsumer.run_message`
HISTOGRAM_BINS = 40
# Sending waits at most this long; after a failure nothing is sent for the time of the pause, so that a dead
# Valkey costs a run one wait per pause and not one per step.
SEND_SECONDS = 1.0
PAUSE_SECONDS = 5.0

Status = Literal["queued", "running", "paused", "finished", "stopped", "failed"]
Wanted = Literal["run", "pause", "stop"]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Message(BaseModel):
    """Base of all messages: frozen, unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: Literal[1] = VERSION
    run: int


class StepMessage(Message):
    """One committed step.

    step, steps: number of this step and of the last one. minute: simulated minutes since the start.
    metrics: catalogue name -> (value, null or baseline), None where undefined. histogram: users per bin of
    the primary topic's opinion, 40 equal bins of [-1, 1]. digest: 64 hex digits. stages: seconds. rate: steps
    per second.
    """

    type: Literal["step"] = "step"
    step: int = Field(ge=0)
    steps: int = Field(ge=0)
    status: Status
    minute: int = Field(ge=0)
    metrics: dict[str, tuple[Finite | None, Finite | None]] = {}
    counts: dict[str, int] = {}
    histogram: list[int] = Field(default=[], max_length=HISTOGRAM_BINS)
    digest: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    stages: dict[str, Finite] = {}
    rate: Finite | None = None


class StateMessage(Message):
    """How the run stands, sent when that changes and with each heartbeat.

    step: the newest committed one, -1 before any. waiting: one sentence, what the run waits for. stage: what its
    owner does now; doing: the same in words where that is no ordinary step, as in the founding. rewinds: how often
    the run was rewound; a page that knows of fewer shows steps that are no more.
    """

    type: Literal["state"] = "state"
    step: int = Field(ge=-1)
    steps: int = Field(ge=0)
    status: Status
    wanted: Wanted = "run"
    waiting: str = ""
    stage: str = ""
    doing: str = ""
    rate: Finite | None = None
    rewinds: int = Field(default=0, ge=0)


class SnapshotMessage(Message):
    """The first thing a socket gets: the newest committed step (None before the founding) and the state."""

    type: Literal["snapshot"] = "snapshot"
    state: StateMessage
    step: StepMessage | None


class GapMessage(Message):
    """Steps first .. last (both included) were not sent on this socket; fetch them over HTTP."""

    type: Literal["gap"] = "gap"
    first: int = Field(serialization_alias="from")
    last: int = Field(serialization_alias="to")


def group_name(run_id: int) -> str:
    """The Channels group of a run's listeners."""
    return f"run.{int(run_id)}"


def socket_path(run_id: int) -> str:
    """The path of a run's WebSocket."""
    return f"/ws/runs/{int(run_id)}/"


SOCKET_ROUTE = "ws/runs/<int:run_id>/"


def to_json(message: Message) -> str:
    """The message as it goes over the wire."""
    return message.model_dump_json(by_alias=True)


def envelope(message: StepMessage | StateMessage) -> dict[str, Any]:
    """What travels through the channel layer: the JSON, written once for all listeners, and its number."""
    return {"type": RUN_MESSAGE, "kind": message.type, "step": message.step, "body": to_json(message)}


class Sender:
    """A thread with an event loop of its own that sends for all threads of this process, in order.

    The loop keeps one connection open; making one for each message costs more than a small step.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Start anew; threads do not survive a fork, so a forked process calls this first."""
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._quiet_until = float("-inf")

    def send(self, message: StepMessage | StateMessage) -> bool:
        """Send; False when it could not be sent (logged). Never raises, returns within SEND_SECONDS."""
        now = self._clock()
        if now < self._quiet_until:
            return False
        try:
            self._do(self._group_send(group_name(message.run), envelope(message)))
        except Exception as problem:  # noqa: BLE001 - the run goes on whatever is wrong with the carrier
            self._quiet_until = now + PAUSE_SECONDS
            reason = str(problem) or type(problem).__name__
            logger.warning("run %d: step %d was not announced (%s)", message.run, message.step, reason)
            return False
        return True

    @staticmethod
    async def _group_send(group: str, content: dict[str, Any]) -> None:
        layer = get_channel_layer()
        if layer is None:
            raise RuntimeError("no channel layer is set")
        await asyncio.wait_for(layer.group_send(group, content), SEND_SECONDS)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(work, self._running_loop())
        try:
            # The loop's own limit comes first; this one is for a loop that does not run at all.
            future.result(SEND_SECONDS * 2)
        except TimeoutError:
            future.cancel()
            raise

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="run-messages", daemon=True).start()
            return self._loop


_sender = Sender()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_sender.begin)


def publish(message: StepMessage | StateMessage) -> bool:
    """Tell everybody who watches the run. Call it after the commit. True when it was handed to the layer."""
    return _sender.send(message)
