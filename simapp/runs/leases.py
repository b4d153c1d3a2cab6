"""Who owns a run, and for how long: a lease of seconds, renewed by a thread, with a fencing token.

The token is what counts: a commit moves `run.step` only where the token still matches. The lease only
decides when somebody else may take over.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from django.db import connection, transaction
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Value, When
from django.db.models.functions import Now

from simapp.models import Run

logger = logging.getLogger(__name__)

LEASE_SECONDS = 5.0
RENEW_SECONDS = 1.0
GONE = "a worker to take over: the one that had it has gone"  # what a run waits for whose lease has run out


def owner_name(role: str) -> str:
    """Return a name for this process as owner: role, where process ids are counted, and its own."""
    return f"{role}@{_place()}:{os.getpid()}"[:200]


def owner_gone(name: str) -> bool:
    """Whether an owner is known to be dead: it was a process of this very place and is one no more.

    Only a shortcut to the end of its lease: of an owner elsewhere nothing is known but the lease.
    """
    where, _, number = name.rpartition(":")
    if where.rpartition("@")[2] != _place() or not number.isdigit():
        return False
    try:
        return psutil.Process(int(number)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def expire_dead() -> list[int]:
    """End the leases of owners that are known to be dead; return their runs."""
    ended = []
    for run_id, owner, token in Run.objects.filter(lease_until__gte=Now()).values_list(
        "pk", "owner_name", "token"
    ):
        if owner_gone(owner) and Run.objects.filter(pk=run_id, token=token).update(lease_until=Now()):
            ended.append(run_id)
    return ended


@cache
def _place() -> str:
    # Containers may share a host's name but count processes apart, and so may two hosts of one name: the
    # namespace and the boot tell them apart.
    try:
        counted = str(Path("/proc/self/ns/pid").stat().st_ino)
        booted = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        counted, booted = "0", f"{psutil.boot_time():.0f}"
    return f"{socket.gethostname()[:60]}/{booted}/{counted}"


@dataclass(frozen=True)
class Lease:
    """Ownership of run `run_id` under `token`."""

    run_id: int
    token: int
    owner: str


def take(run_id: int, owner: str, *, seconds: float = LEASE_SECONDS) -> Lease | None:
    """Take the run if nobody holds a living lease and it is not over; None otherwise.

    One conditional update claims it; the token grows, which shuts out every earlier owner.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE simapp_run SET token = token + 1, owner_name = %s,
                      lease_until = now() + make_interval(secs => %s)
               WHERE id = %s AND status NOT IN ('finished', 'stopped', 'failed')
                 AND (lease_until IS NULL OR lease_until < now())
               RETURNING token""",
            [owner, seconds, run_id],
        )
        row = cursor.fetchone()
    return Lease(run_id, int(row[0]), owner) if row else None


def renew(lease: Lease, heartbeat: dict[str, Any], *, seconds: float = LEASE_SECONDS) -> bool:
    """Extend the lease and store the heartbeat; False when another owner has it, or nobody any more."""
    # A beat that was under way while the run was given back must not take it again.
    held = Run.objects.filter(pk=lease.run_id, token=lease.token, lease_until__isnull=False)
    # It may have been taken for gone while the machine was too busy for its beat.
    waiting = Case(When(waiting=GONE, then=Value("")), default=F("waiting"))
    return bool(held.update(lease_until=_now_plus(seconds), heartbeat=heartbeat, waiting=waiting))


def release(lease: Lease, **fields: Any) -> bool:
    """Give the run back, setting `fields` in the same update; False when it was no longer ours."""
    with transaction.atomic():
        changed = Run.objects.filter(pk=lease.run_id, token=lease.token).update(
            lease_until=None, owner_name="", **fields
        )
    return bool(changed)


def _now_plus(seconds: float) -> ExpressionWrapper:
    # The database's clock: hosts that share a database need not agree on the time.
    return ExpressionWrapper(Now() + Value(timedelta(seconds=seconds)), output_field=DateTimeField())


class Heart:
    """Renews a lease from a thread of its own, so that no kernel, however long, can starve it."""

    def __init__(self, lease: Lease, beat: Callable[[], dict[str, Any]], told: Callable[[], None]) -> None:
        self._lease, self._beat, self._told = lease, beat, told
        self._stop = threading.Event()
        self.lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heart-{lease.run_id}", daemon=True)

    @contextmanager
    def beating(self) -> Iterator[Heart]:
        """Beat until the block ends."""
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            while not self._stop.wait(RENEW_SECONDS):
                try:
                    if not renew(self._lease, self._beat()):
                        self.lost.set()
                        return
                    self._told()
                except Exception as problem:  # noqa: BLE001 - a heart that stopped would lose the run
                    # The database may be restarting: the next beat tries on a fresh connection.
                    logger.warning("run %s: heartbeat failed: %s", self._lease.run_id, problem)
                    connection.close()
        finally:
            connection.close()
