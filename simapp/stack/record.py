"""Who is running: process ids together with the moment each process began.

A process id alone says nothing after a reboot or a long uptime, because ids are used again. A process is only
ever taken for ours, and only ever signalled, when its start time matches what was written down.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from pathlib import Path

# Start times are derived from the boot time, which moves a little when the clock is set right.
START_TOLERANCE_S = 2.0


@dataclass(frozen=True)
class ProcessId:
    """A process that cannot be mistaken for a later one: ``pid`` and start time in seconds since 1970."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessId:
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The living process, or None when it ended or its id now belongs to another one."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) <= START_TOLERANCE_S
            alive = process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        except psutil.AccessDenied:
            return None
        return process if same and alive else None


@dataclass
class Status:
    """What the keeper says about itself: its own id, its servers, and how often each was started again."""

    keeper: ProcessId
    servers: dict[str, ProcessId] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    data: str = ""

    def write(self, path: Path) -> None:
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        beside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        beside.replace(path)


def read_status(path: Path) -> Status | None:
    """The last status written, or None when there is none or it cannot be read as one."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Status(
            keeper=ProcessId(**found["keeper"]),
            servers={name: ProcessId(**entry) for name, entry in found["servers"].items()},
            restarts=dict(found["restarts"]),
            data=found["data"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
