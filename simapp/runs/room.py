"""Waiting for room on a full disk: how much is needed, what members want meanwhile, when to try again."""

from __future__ import annotations

import errno
import logging
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.db.utils import Error
from django.utils import timezone
from psycopg.errors import DiskFull

from simapp.models import Run, RunFile
from simapp.runs import leases, messages
from simapp.runs.doing import A_MEMBER
from simapp.runs.said import state_message

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two tries
POLL_SECONDS = 0.2  # how soon a pause or stop that is asked for meanwhile is heard
SAY_SECONDS = 1.0  # how often the run says how much is free
RESERVE = 64 << 20  # bytes that are left to others
GIGA = 1e9


def no_room(problem: BaseException) -> bool:
    """Whether the disk of the files or of the database is full."""
    if isinstance(problem, OSError):
        return problem.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(problem.__cause__, DiskFull)


def free_bytes(folder: Path) -> int:
    """Return the bytes that can be written where a folder is, or where it will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def bytes_for_a_step(rows: int) -> int:
    """Return what a step of the run will write to files, at most: the largest step so far twice, and a snapshot."""
    held = RunFile.objects.filter(run_id=rows)
    steps = held.exclude(kind="snapshot").values("step").annotate(bytes=Sum("bytes")).order_by("-bytes")
    largest = steps.values_list("bytes", flat=True).first() or 0
    snapshot = held.filter(kind="snapshot").order_by("-bytes").values_list("bytes", flat=True).first() or 0
    return int(2 * largest + snapshot + RESERVE)


def size(amount: int) -> str:
    """Return bytes as people read them: 1.2 GB, 340 MB."""
    if amount >= GIGA:
        return f"{amount / GIGA:.1f} GB"
    return f"{amount / 1e6:.0f} MB"


@dataclass
class Room:
    """Waits until there is room. Each further try of a run that found none again comes later than the one before."""

    lease: leases.Lease
    stopping: Callable[[], bool]
    pause: float = FIRST_PAUSE

    def wait(self, run: Run, problem: BaseException) -> bool:
        """Wait for the time of one pause and until there is room; False when the run was let go meanwhile.

        What members ask for is obeyed: a pause or a stop gives the run back as such. A lease that another has
        ends the waiting.
        """
        logger.warning("run %s waits: %s", run.pk, problem)
        on_files = isinstance(problem, OSError)
        until, self.pause = time.monotonic() + self.pause, min(2 * self.pause, LONGEST_PAUSE)
        run.waiting = ""  # as its owner noted when it began to work
        needed, free, waiting = self._needed(run), 0, "room on the database's disk"
        say_again = 0.0
        while True:
            if time.monotonic() >= say_again:
                say_again = time.monotonic() + SAY_SECONDS
                if on_files:
                    free = free_bytes(Path(settings.SOCIARIUM_DATA_ROOT))
                    waiting = f"room on the disk: {size(needed)} needed, {size(free)} free"
                if not self._say(run, waiting):
                    return False
            wanted = self._wanted(run)
            if wanted != "run" or self.stopping():
                return self._let_go(run, wanted, waiting)
            if time.monotonic() >= until and (not on_files or free >= needed):
                return True
            time.sleep(POLL_SECONDS)

    def _needed(self, run: Run) -> int:
        try:
            return bytes_for_a_step(run.rows)
        except Error:
            connection.close()
            return RESERVE

    def _say(self, run: Run, waiting: str) -> bool:
        """Renew the lease and say what the run waits for; whether it is still ours. A full database cannot note it."""
        try:
            if not leases.renew(self.lease, {"stage": "waiting", "owner": self.lease.owner, "step": run.step}):
                return False
            if waiting != run.waiting:
                Run.objects.filter(pk=run.pk, token=self.lease.token).update(waiting=waiting)
        except Error:
            connection.close()
        run.waiting = waiting
        messages.publish(state_message(run, run.step, run.status, run.wanted, waiting, "waiting", None))
        return True

    def _wanted(self, run: Run) -> str:
        try:
            row = Run.objects.filter(pk=run.pk).values_list("wanted", "pause_at", "step").first()
        except Error:
            connection.close()
            return "run"
        if row is None:
            return "stop"
        wanted, pause_at, step = row
        return "pause" if wanted == "run" and pause_at is not None and step >= pause_at else str(wanted)

    def _let_go(self, run: Run, wanted: str, waiting: str) -> bool:
        """Give the run back as members want it; a snapshot it cannot write now."""
        fields: dict[str, Any] = {"waiting": waiting}
        if wanted == "stop":
            fields = {"status": "stopped", "waiting": "", "ended": timezone.now(), "heartbeat": {}}
        elif wanted == "pause":
            fields = {"status": "paused", "waiting": A_MEMBER, "wanted": "pause", "pause_at": None}
        with suppress(Error):
            if leases.release(self.lease, **fields):
                run.refresh_from_db()
                messages.publish(state_message(run, run.step, run.status, run.wanted, run.waiting, "", None))
        return False
