"""The parts of a running site: their processes, how each is struck, and when it is back."""

from __future__ import annotations

import contextlib
import signal
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from simapp.stack import valkey
from simapp.stack.paths import StatePaths
from simapp.stack.record import read_status
from simapp.stack.urls import embedded_database_url
from tests.chaos.plan import (
    DECISIONS,
    KILL,
    POOL,
    POSTGRES,
    RECONCILER,
    STOP,
    TARGETS,
    VALKEY,
    WEB,
    WORKER,
    Disturbance,
)

PATIENCE = 90.0  # seconds until a part that does not come back counts as lost
LOOK = 0.05

# A word of its command line that no other part has, and the log in which a worker says that it is ready.
WORDS = {WORKER: "runs@%h", DECISIONS: "decisions@%h", WEB: "uvicorn", RECONCILER: "reconciler"}
LOGS = {WORKER: "runs.log", DECISIONS: "decisions.log"}
SERVERS = {POSTGRES: "postgres", VALKEY: "valkey"}
# PostgreSQL's SIGTERM waits for its clients, who never leave; SIGINT is its orderly end.
ORDERLY = {POSTGRES: signal.SIGINT}


class NotBack(Exception):
    """A part that did not come back."""


@dataclass
class Parts:
    """The parts of the site whose supervisor is `supervisor`, that answers at `address`."""

    supervisor: int
    paths: StatePaths
    address: str

    def of(self, target: str) -> psutil.Process:
        """Return the living main process of a part; waits for one that is being started."""
        return await_that(lambda: self._of(target), f"{target} has no process")

    def _of(self, target: str) -> psutil.Process | None:
        if target in SERVERS:
            status = read_status(self.paths.status)
            return status.servers[SERVERS[target]].process() if status else None
        for child in psutil.Process(self.supervisor).children():
            with contextlib.suppress(psutil.Error):
                if WORDS[target] in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                    return child
        return None

    def processes(self, struck: set[str]) -> dict[str, psutil.Process]:
        """Return the main process of every part that is not struck."""
        return {target: self.of(target) for target in TARGETS if target not in struck and target != POOL}

    def strike(self, one: Disturbance, pid: int | None = None) -> tuple[float, float]:
        """Disturb the part (a pool process: `pid`) and wait until it is back; return both moments."""
        process = psutil.Process(pid) if pid else self.of(one.target)
        log = self._log(one.target)
        began = log.stat().st_size if log else 0
        hit = time.time()
        if one.manner == STOP:
            pause(process, one.seconds)
            return hit, time.time()
        process.send_signal(signal.SIGKILL if one.manner == KILL else ORDERLY.get(one.target, signal.SIGTERM))
        await_that(lambda: not alive(process), f"{one.target} did not end")
        if one.target != POOL:
            self.of(one.target)
            await_that(lambda: self._answers(one.target, log, began), f"{one.target} did not come back")
        return hit, time.time()

    def await_ready(self, worker: str, since: int) -> float:
        """Wait until a worker says that it is ready, after `since` bytes of its log; return the moment."""
        log = self._log(worker)
        await_that(lambda: self._answers(worker, log, since), f"the {worker} did not come back")
        return time.time()

    def log_size(self, target: str) -> int:
        """Return the bytes in a worker's log."""
        log = self._log(target)
        return log.stat().st_size if log else 0

    def _log(self, target: str) -> Path | None:
        return self.paths.logs / LOGS[target] if target in LOGS else None

    def _answers(self, target: str, log: Path | None, began: int) -> bool:
        if log is not None:
            return b" ready." in log.read_bytes()[began:]
        if target == VALKEY:
            return valkey.answers(self.paths.valkey_socket)
        if target == POSTGRES:
            with contextlib.suppress(psycopg.Error), psycopg.connect(embedded_database_url(self.paths)) as there:
                return there.execute("SELECT 1").fetchone() == (1,)
            return False
        if target == WEB:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/robots.txt", timeout=5) as got:
                return got.status == 200
            return False
        return True


def pause(process: psutil.Process, seconds: float) -> None:
    """Stop a process and all it has started, and let them go on after a while."""
    stopped = [process, *process.children(recursive=True)]
    try:
        for one in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.suspend()
        time.sleep(seconds)
    finally:
        for one in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.resume()


def alive(process: psutil.Process) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def await_that(look: Callable[[], Any], otherwise: str, seconds: float = PATIENCE) -> Any:
    """Return the first true answer of `look`; NotBack when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(LOOK)
    raise NotBack(f"{otherwise} within {seconds:.0f} s")


def supervisor_of(paths: StatePaths) -> int:
    """Return the process id of the supervisor of a state folder, a child of this process."""
    for child in psutil.Process().children():
        if child.environ().get("SOCIARIUM_STATE") == str(paths.root):
            return child.pid
    raise NotBack("the site has no supervisor")
