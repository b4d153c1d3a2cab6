"""Use the embedded services: ``with services() as addresses: ...``.

Commands may come and go in any order. Whoever comes first starts the keeper; everybody holds a shared lock
while they need the servers; when the last one is gone the keeper stops them. So a command that started the
services never takes them from another that still uses them, and never has to wait for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.stack.disk import refuse_full_disk
from simapp.stack.errors import StackError
from simapp.stack.locks import EXCLUSIVE, SHARED, FileLock, is_free
from simapp.stack.paths import CHECKOUT, StatePaths
from simapp.stack.process import open_log
from simapp.stack.record import Status, read_status
from simapp.stack.urls import embedded_database_url, embedded_redis_url

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAVE_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Addresses:
    """Where the services answer.

    ``started`` when this command is the one that started them; ``hold`` is its hold on embedded ones.
    """

    database_url: str
    redis_url: str
    started: bool = False
    embedded: bool = False
    hold: Attachment | None = None

    def environment(self) -> dict[str, str]:
        """The two variables a child process needs to use the same services."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


def outside() -> dict[str, str]:
    """The services that the environment names itself."""
    return {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}


def addresses() -> Addresses:
    """Where the services answer, or would if they were up. Touches nothing, starts nothing."""
    given, paths = outside(), StatePaths.here()
    return Addresses(
        database_url=given.get("DATABASE_URL") or embedded_database_url(paths),
        redis_url=given.get("REDIS_URL") or embedded_redis_url(paths),
        embedded=len(given) < 2,
    )


class Attachment:
    """One command's hold on the embedded services."""

    def __init__(self, paths: StatePaths) -> None:
        self.paths = paths
        self.share = FileLock(paths.users_lock)
        self.started = False

    def attach(self) -> None:
        """Hold the services; start them if they are not up. Also repairs a keeper that was killed."""
        self.paths.make()
        try:
            with FileLock(self.paths.start_lock):
                if not self.share.held:
                    # Waits, at most seconds, while a keeper without users is stopping.
                    self.share.acquire(SHARED)
                if self.status() is None:
                    refuse_full_disk(self.paths.root)
                    start_keeper(self.paths)
                    self.started = True
        except PermissionError as problem:
            self.share.release()
            raise StackError(
                f"The state folder {self.paths.root} belongs to another account; "
                "run as that account or set SOCIARIUM_STATE to a folder of your own."
            ) from problem
        except BaseException:
            self.share.release()
            raise

    def status(self) -> Status | None:
        """What the living keeper says, or None when there is no living keeper."""
        status = read_status(self.paths.status)
        return status if status is not None and status.keeper.process() is not None else None

    def release(self) -> None:
        """Let go; when nobody else holds on, return only after the keeper and its servers have ended."""
        status = self.status()
        self.share.release()
        deadline = time.monotonic() + LEAVE_TIMEOUT_S
        others = 0
        # The keeper's process is what counts: it clears its status file a little before it ends.
        while status is not None and status.keeper.process() is not None and time.monotonic() < deadline:
            if not is_free(self.paths.users_lock, SHARED):
                time.sleep(0.03)  # the keeper has the exclusive lock: it is stopping
            elif is_free(self.paths.users_lock, EXCLUSIVE):
                time.sleep(0.03)  # nobody holds it; the keeper is about to
            elif others == 3:
                return  # not free for one, free to share: another command still uses them
            else:
                others += 1
                time.sleep(0.01)


def start_keeper(paths: StatePaths) -> None:
    """Start the keeper and wait for its one line: ready, or why not."""
    with open_log(paths.logs / "keeper.log") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "simapp.stack.keeper"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=CHECKOUT,
            env={**os.environ, "SOCIARIUM_STATE": str(paths.root)},
            start_new_session=True,
        )
    with keeper:
        if keeper.stdout is None:  # never: a pipe was asked for
            raise StackError("The keeper's answer cannot be read.", code=1)
        line = keeper.stdout.readline().decode("utf-8", "replace").strip()
        if line == "ready":
            # Not waited for: it outlives this command when others still use its servers.
            keeper.returncode = 0
            return
    word, _, rest = line.partition(" ")
    code, _, sentence = rest.partition(" ")
    if word == "failed" and code.isdigit():
        raise StackError(sentence, code=int(code))
    raise StackError(
        f"The embedded services did not start; the reason is in {paths.logs / 'keeper.log'}.", code=1
    )


@contextmanager
def services() -> Iterator[Addresses]:
    """Hold PostgreSQL and Valkey for the length of the block and say where they answer.

    ``DATABASE_URL`` and ``REDIS_URL`` are used instead where they are set; with both set nothing is started.
    Raises StackError, in one sentence, when the services cannot be had.
    """
    found = addresses()
    if not found.embedded:
        yield found
        return
    hold = Attachment(StatePaths.here())
    hold.attach()
    try:
        yield Addresses(found.database_url, found.redis_url, started=hold.started, embedded=True, hold=hold)
    finally:
        hold.release()
