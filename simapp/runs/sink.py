"""Keeps steps: one fenced transaction per step, and the comparison with what was kept before.

The fence is the commit itself: it moves `run.step` from k - 1 to k only where the token still matches.
Zero rows changed means that another worker owns the run, and everything of this step is rolled back.

A large run is kept `behind`: while step k is being written, step k + 1 is computed. The order of commits, the fence
and what a reader sees are the same; trouble with step k is raised before step k + 1 is handed over. What a member
wishes is then asked for before each step, since the answer that comes with a commit comes a step late.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction

from simapp.engine.core.errors import LostLease, SociariumError
from simapp.models import Run
from simapp.runs import snapshot_files
from simapp.runs.doing import SNAPSHOT
from simapp.runs.leases import Lease
from simapp.store import parquet, writer
from simapp.store.audience import write_audience
from simapp.store.files import run_folder, write_files
from simapp.store.retention import Rule
from simapp.store.tallies import write_tally

if TYPE_CHECKING:
    from simapp.engine.core.population import Population
    from simapp.engine.core.world import World
    from simapp.engine.record import StepRecord
    from simapp.store.files import FileRow

logger = logging.getLogger(__name__)

SNAPSHOT_SHARE = 0.05  # of the run's time, at most
SNAPSHOT_SECONDS = 20.0  # of stepping between two snapshots, at most: bounds what a takeover repeats
BEHIND_USERS = 20_000  # from here on a step is written while the next is computed

# A process that freezes inside its commit would hold its locks, and with them whoever wants to take over. The
# server ends such a transaction: one that says nothing for so long, and (PostgreSQL 17) one that lasts so long.
SILENT_COMMIT, LONGEST_COMMIT = "10s", "300s"


class DigestDiffers(SociariumError):
    """A re-executed step is not the step that was committed."""


@dataclass(frozen=True)
class Control:
    """What members want of the run, read with the commit: wanted, pause_at, pace."""

    wanted: str
    pause_at: int | None
    pace: float | None


@dataclass
class DatabaseSink:
    """Commits steps of one run under one lease, as rows of `rows`. `population` is needed for step 0 only.

    Steps up to `committed` are re-executions after a takeover: they are compared with `digests` (of events and
    of impressions), not written.
    behind: write a step while the next is computed. large: the run's events lie in a partition of their own, and its
    counters in tallies. `after_commit` is called with each newly committed record (publishing),
    `on_stage` with what is done beside an ordinary commit.
    """

    lease: Lease
    rows: int
    committed: int
    digests: Callable[[int], tuple[bytes, bytes]]
    population: Population | None = None
    after_commit: Callable[[StepRecord], None] = lambda _record: None
    checkpoint: Callable[[str], None] = lambda _place: None
    on_stage: Callable[[str], None] = lambda _stage: None
    keep_snapshots: Callable[[], Rule] = Rule
    control: Control = field(default_factory=lambda: Control("run", None, None))
    behind: bool = False
    large: bool = False
    _writer: ThreadPoolExecutor | None = None
    _writing: Future[None] | None = None
    _commit_seconds: float = 0.0
    _snapshot_step: int = -1
    _snapshot_cost: float = 0.0
    _since_snapshot: float = 0.0
    _last: float = field(default_factory=time.perf_counter)

    def commit(self, record: StepRecord, world: World) -> None:
        """Keep the step, or raise LostLease (nothing kept) or DigestDiffers (it was another step before)."""
        if record.step <= self.committed:
            if self.digests(record.step) != (record.digest, record.impressions_digest):
                msg = (
                    f"step {record.step} of run {self.lease.run_id} came out differently when it was repeated"
                )
                raise DigestDiffers(msg)
            return
        began = time.perf_counter()
        self.settle()
        # A step cannot keep its own commit's time, so each keeps that of the step before.
        waited = time.perf_counter() - began
        record.stages = {**record.stages, "commit": self._commit_seconds, "wait": waited}
        # Of the world as it is now: the next step changes it.
        snapshot = self._save(world) if self._snapshot_due(record.step) else []
        self.on_stage("commit")
        if self.behind and record.step > 0:
            self._writer = self._writer or ThreadPoolExecutor(1, thread_name_prefix=f"commit-{self.lease.run_id}")
            self._writing = self._writer.submit(self._keep, record, snapshot)
        else:
            self._keep(record, snapshot)

    def settle(self) -> None:
        """Wait until what was handed over is kept; raise what went wrong with it."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def rested(self) -> None:
        """Let the time since the last step be nobody's: it is not of the run, of which snapshots may take a share."""
        self._last = time.perf_counter()

    def close(self) -> None:
        """Let a step that is being written end, whatever comes of it, and give its connection back."""
        if self._writer is not None:
            self._writer.submit(_hang_up)
            self._writer.shutdown()
            self._writer = None

    def asked(self) -> Control:
        """Return what members want of the run now; raises LostLease where another worker owns it."""
        if not self.behind:
            return self.control
        mine = Run.objects.filter(pk=self.lease.run_id, token=self.lease.token)
        row = mine.values_list("wanted", "pause_at", "pace").first()
        if row is None:
            raise LostLease(f"run {self.lease.run_id} is owned by another worker")
        self.control = Control(*row)
        return self.control

    def _keep(self, record: StepRecord, snapshot: list[FileRow]) -> None:
        began = time.perf_counter()
        with ThreadPoolExecutor(1, thread_name_prefix=f"logs-{self.lease.run_id}") as beside:
            logs = beside.submit(self._write_logs, record)
            if self.behind:
                # The next step is being computed beside this: there is no room for two of everything.
                logs.result()
                record.let_go_of_logs()
            self.checkpoint("before commit")
            self._commit(record, logs, snapshot)
        self.committed = record.step
        self._commit_seconds = time.perf_counter() - began
        self.checkpoint("after commit")
        self.after_commit(record)
        if snapshot:
            self._snapshot_step = record.step
            snapshot_files.forget_old(self.rows, self.keep_snapshots())

    def _write_logs(self, record: StepRecord) -> list[FileRow]:
        files = parquet.write_step_files(run_folder(self.rows), record)
        tally = write_tally(run_folder(self.rows), record) if self.large else None
        return [*files, tally] if tally is not None else files

    def _commit(self, record: StepRecord, logs: Future[list[FileRow]], snapshot: list[FileRow]) -> None:
        """Commit the rows of a step, and its files, which are being written meanwhile: nothing stands before them."""
        with transaction.atomic(), connection.cursor() as cursor:
            bound(cursor)
            if record.step == 0:
                assert self.population is not None  # noqa: S101 - the founding is always given its people
                writer.write_founding(cursor, self.rows, self.population, record)
            else:
                writer.write_step(cursor, self.rows, record)
            files = logs.result()
            write_files(cursor, self.rows, record.step, [*files, *snapshot])
            self.checkpoint("in transaction")
            self._fence(cursor, record)
            self.checkpoint("at the fence")

    def snapshot_now(self, world: World) -> None:
        """Save a snapshot of the committed step outside of a step (before a long pause); the token guards it."""
        if self._snapshot_step == world.step:
            return
        saved = self._save(world)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM simapp_run WHERE id = %s AND token = %s AND step = %s FOR UPDATE",
                [self.lease.run_id, self.lease.token, world.step],
            )
            if cursor.fetchone() is None:
                raise LostLease(f"run {self.lease.run_id} is owned by another worker")
            write_files(cursor, self.rows, world.step, saved)
        self._snapshot_step = world.step

    def _fence(self, cursor: object, record: StepRecord) -> None:
        cursor.execute(  # type: ignore[attr-defined]
            """UPDATE simapp_run SET step = %s, digest = %s, impressions_digest = %s, events = events + %s
               WHERE id = %s AND token = %s AND step = %s RETURNING wanted, pause_at, pace""",
            [
                record.step,
                record.digest,
                record.impressions_digest,
                len(record.events),
                self.lease.run_id,
                self.lease.token,
                record.step - 1,
            ],
        )
        row = cursor.fetchone()  # type: ignore[attr-defined]
        if row is None:
            raise LostLease(f"run {self.lease.run_id} is owned by another worker")
        self.control = Control(*row)

    def _snapshot_due(self, step: int) -> bool:
        now = time.perf_counter()
        self._since_snapshot += now - self._last
        self._last = now
        if step == 0:
            return True
        spent = self._since_snapshot
        return spent * SNAPSHOT_SHARE >= self._snapshot_cost and (
            step - self._snapshot_step >= 5 or spent >= SNAPSHOT_SECONDS
        )

    def _save(self, world: World) -> list[FileRow]:
        """Write a snapshot, and with it what pages read of the follow graph."""
        self.on_stage(SNAPSHOT)
        began = time.perf_counter()
        file = snapshot_files.save_snapshot(
            self.rows, world, halfway=lambda: self.checkpoint("in snapshot")
        )
        self._snapshot_cost = time.perf_counter() - began
        audience = write_audience(run_folder(self.rows), world.step, world.follows)
        self._since_snapshot = 0.0
        self._last = time.perf_counter()
        return [file, audience]


def _hang_up() -> None:
    # Looked up here, in the thread that calls it: each has a connection of its own.
    connection.close()


def bound(cursor: object) -> None:
    """Bound how long the transaction that has just begun may hold its locks."""
    limits = {"idle_in_transaction_session_timeout": SILENT_COMMIT}
    if connection.pg_version >= 170_000:  # type: ignore[attr-defined]
        limits["transaction_timeout"] = LONGEST_COMMIT
    asked = ", ".join("set_config(%s, %s, true)" for _ in limits)
    cursor.execute(f"SELECT {asked}", [part for limit in limits.items() for part in limit])  # type: ignore[attr-defined]
