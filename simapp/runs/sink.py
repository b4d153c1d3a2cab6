"""Keeps steps: one fenced transaction per step, and the comparison with what was kept before.

The fence is the commit itself: it moves `run.step` from k - 1 to k only where the token still matches.
Zero rows changed means that another worker owns the run, and everything of this step is rolled back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction

from simapp.engine.core.errors import LostLease, SociariumError
from simapp.runs import snapshot_files
from simapp.runs.leases import Lease
from simapp.store import parquet, writer
from simapp.store.files import run_folder, write_files
from simapp.store.retention import Rule

if TYPE_CHECKING:
    from simapp.engine.core.population import Population
    from simapp.engine.core.world import World
    from simapp.engine.record import StepRecord
    from simapp.store.files import FileRow

logger = logging.getLogger(__name__)

SNAPSHOT_SHARE = 0.05  # of the run's time, at most
SNAPSHOT_SECONDS = 20.0  # of stepping between two snapshots, at most: bounds what a takeover repeats


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
    `after_commit` is called with each newly committed record (publishing).
    """

    lease: Lease
    rows: int
    committed: int
    digests: Callable[[int], tuple[bytes, bytes]]
    population: Population | None = None
    after_commit: Callable[[StepRecord], None] = lambda _record: None
    checkpoint: Callable[[str], None] = lambda _place: None
    keep_snapshots: Callable[[], Rule] = Rule
    control: Control = field(default_factory=lambda: Control("run", None, None))
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
        # A step cannot keep its own commit's time, so each keeps that of the step before.
        record.stages["commit"] = self._commit_seconds
        files = parquet.write_step_files(run_folder(self.rows), record)
        snapshot = self._snapshot_due(record.step)
        if snapshot:
            files.append(self._save(world))
        self.checkpoint("before commit")
        with transaction.atomic(), connection.cursor() as cursor:
            if record.step == 0:
                assert self.population is not None  # noqa: S101 - the founding is always given its people
                writer.write_founding(cursor, self.rows, self.population, record, files)
            else:
                writer.write_step(cursor, self.rows, record, files)
            self._fence(cursor, record)
        self.committed = record.step
        self._commit_seconds = time.perf_counter() - began
        self.checkpoint("after commit")
        self.after_commit(record)
        if snapshot:
            self._snapshot_step = record.step
            snapshot_files.forget_old(self.rows, self.keep_snapshots())

    def snapshot_now(self, world: World) -> None:
        """Save a snapshot of the committed step outside of a step (before a long pause); the token guards it."""
        if self._snapshot_step == world.step:
            return
        file = self._save(world)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM simapp_run WHERE id = %s AND token = %s AND step = %s FOR UPDATE",
                [self.lease.run_id, self.lease.token, world.step],
            )
            if cursor.fetchone() is None:
                raise LostLease(f"run {self.lease.run_id} is owned by another worker")
            write_files(cursor, self.rows, world.step, [file])
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

    def _save(self, world: World) -> FileRow:
        began = time.perf_counter()
        file = snapshot_files.save_snapshot(
            self.rows, world, halfway=lambda: self.checkpoint("in snapshot")
        )
        self._snapshot_cost = time.perf_counter() - began
        self._since_snapshot = 0.0
        self._last = time.perf_counter()
        return file
