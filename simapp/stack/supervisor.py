"""One process that owns workers, reconciler and web server, and holds the services they use.

It starts what died again, says so in one line, and on SIGTERM or Ctrl-C stops everything in reverse order.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.stack.errors import StackError
from simapp.stack.locks import EXCLUSIVE, FileLock
from simapp.stack.paths import CHECKOUT, StatePaths
from simapp.stack.ports import HOST, port_answers
from simapp.stack.process import ONE_THREAD, Child, die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable

    from simapp.stack.embedded import Addresses

POLL_S = 0.25
BACK_OFF_S = (0.5, 1, 2, 5, 10, 30)
# A child that lived this long was well; its next failure is a first one again.
HEALTHY_AFTER_S = 10.0

WEB_STOP = ((signal.SIGTERM, 2.5),)
# SIGTERM lets a worker finish its step and give its leases back; SIGQUIT ends it at once.
WORKER_STOP = ((signal.SIGTERM, 3.0), (signal.SIGQUIT, 1.0))
# A solo worker does its tasks in its main thread: there SIGQUIT raises inside of them (Celery cannot cancel there),
# and whoever asked would read that as the task's own failure. Killed instead, its work is silent and is sent again.
SOLO_STOP = ((signal.SIGTERM, 3.0),)


@dataclass
class Watched:
    """A child and what is known about its failures."""

    child: Child
    stop_steps: tuple[tuple[int, float], ...]
    failures: int = 0
    started_at: float = 0.0
    start_again_at: float | None = None


class Supervisor:
    """Run a set of children until told to stop.

    ``say`` gets one line for everything a person should know.
    """

    def __init__(self, addresses: Addresses, *, say: Callable[[str], None]) -> None:
        self.addresses = addresses
        self.say = say
        self.paths = StatePaths.here()
        self.watched: list[Watched] = []
        self.stop_asked = threading.Event()
        self.signals = 0
        self.lock = FileLock(self.paths.supervisor_lock)
        self.seen_restarts: dict[str, int] = {}

    def __enter__(self) -> Supervisor:
        # Taken after refuse_second() has looked, so that two that start at once do not both go on.
        if not self.lock.acquire(EXCLUSIVE, wait=False):
            raise StackError(already_running_sentence(self.paths))
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._asked_to_stop)
        if os.environ.get("SOCIARIUM_STOP_WITH_PARENT") == "1":
            die_with_parent(signal.SIGTERM)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.lock.release()

    def _asked_to_stop(self, sign: int, _frame: object) -> None:
        self.signals += 1
        self.stop_asked.set()
        if self.signals > 2:
            os.write(2, b"Stopping at once.\n")
            for watched in self.watched:
                watched.child.kill_session()

    def add(self, name: str, command: list[str], *, stop: tuple[tuple[int, float], ...], **env: str) -> None:
        """Start a child; it gets the addresses of the services and one thread per library."""
        if self.stop_asked.is_set():
            return
        child = Child(
            name,
            command,
            log=self.paths.logs / f"{name}.log",
            env={**os.environ, **ONE_THREAD, **self.addresses.environment(), **env},
            cwd=CHECKOUT,
        )
        watched = Watched(child, stop)
        self.watched.append(watched)
        self._start(watched)

    def _start(self, watched: Watched) -> None:
        watched.start_again_at = None
        watched.started_at = time.monotonic()
        watched.child.start()

    def wait_for_port(self, port: int, *, seconds: float = 60.0) -> bool:
        """Watch the children until something answers on the port; False when told to stop or out of time."""
        deadline = time.monotonic() + seconds
        while not self.stop_asked.is_set() and time.monotonic() < deadline:
            if port_answers(port, HOST):
                return True
            self.look_after()
            self.stop_asked.wait(0.05)
        return False

    def watch(self) -> int:
        """Look after the children until a signal comes; the exit status."""
        while not self.stop_asked.wait(POLL_S):
            self.look_after()
        return 0

    def look_after(self) -> None:
        """One round: start again what died, and the services too."""
        self._look_after_services()
        now = time.monotonic()
        for watched in self.watched:
            if watched.start_again_at is not None:
                if now >= watched.start_again_at:
                    self._start(watched)
            elif not watched.child.running:
                if now - watched.started_at > HEALTHY_AFTER_S:
                    watched.failures = 0
                pause = BACK_OFF_S[min(watched.failures, len(BACK_OFF_S) - 1)]
                watched.failures += 1
                watched.start_again_at = now + pause
                # Whatever the dead one had started must not go on beside its successor.
                watched.child.kill_session()
                self.say(
                    f"{watched.child.name} ended ({how_it_ended(watched.child.exit_status)}) and is started "
                    f"again in {pause:g} s; its log is {watched.child.log}"
                )

    def _look_after_services(self) -> None:
        hold = self.addresses.hold
        if hold is None:
            return
        status = hold.status()
        if status is None:
            self.say("The keeper of PostgreSQL and Valkey was gone; starting them again.")
            self.seen_restarts = {}
            hold.attach()
            return
        for name, count in status.restarts.items():
            if count > self.seen_restarts.get(name, 0):
                self.say(f"{name} had ended and was started again.")
        self.seen_restarts = status.restarts

    def stop(self) -> None:
        """Stop the children, the last started first; all get their signal at once and use up one wait."""
        self.stop_asked.set()
        last_first = list(reversed(self.watched))
        for watched in last_first:
            watched.child.send(watched.stop_steps[0][0])
        began = time.monotonic()
        for watched in last_first:
            # The signal is out already; what is left of its time is what the others have used up.
            (_, first_wait), *rest = watched.stop_steps
            left = max(0.1, first_wait - (time.monotonic() - began))
            if not watched.child.wait(left):
                watched.child.stop(rest or ((signal.SIGKILL, 1.0),))
            watched.child.kill_session()
        self.watched = []


def how_it_ended(status: int | None) -> str:
    if status is None:
        return "unknown"
    return f"by {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def already_running_sentence(paths: StatePaths) -> str:
    return (
        f"Sociarium already runs from the state folder {paths.root}; "
        "stop it first, or set SOCIARIUM_STATE to another folder for a second one."
    )


def refuse_second(paths: StatePaths) -> None:
    """Raise StackError when a supervisor of this state root runs already."""
    if paths.stack.is_dir() and paths.supervisor_lock.exists():
        lock = FileLock(paths.supervisor_lock)
        if not lock.acquire(EXCLUSIVE, wait=False):
            raise StackError(already_running_sentence(paths))
        lock.release()


def celery_worker(queue: str, *arguments: str) -> list[str]:
    """The command of a worker for one queue."""
    return [
        *(sys.executable, "-m", "celery", "-A", "simapp", "worker", "-Q", queue, "-n", f"{queue}@%h"),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle", *arguments),
    ]


def web_server(port: int) -> list[str]:
    """The command of the web server."""
    return [
        *(sys.executable, "-m", "uvicorn", "simapp.asgi:application", "--host", HOST, "--port", str(port)),
        *(
            "--lifespan",
            "off",
            "--no-access-log",
            "--timeout-graceful-shutdown",
            "1",
            "--log-level",
            "warning",
        ),
        # A page's sockets answer pings; a browser that went to sleep is let go.
        *("--ws-ping-interval", "20", "--ws-ping-timeout", "20"),
        # Browsers have next to nothing to say; the consumer's own limit comes after the frame was read.
        *("--ws-max-size", "65536"),
    ]
