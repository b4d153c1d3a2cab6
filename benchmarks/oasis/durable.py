"""Our side as a run keeps it: a lease, one fenced transaction per step, PostgreSQL and Parquet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.oasis.ours import Ours
from simapp.engine.core.batches import ActionBatch
from simapp.runs import leases
from simapp.runs.services import command_line_version, create_run
from simapp.runs.sink import DatabaseSink
from simapp.store.partitions import ensure_partition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.record import Sink, StepRecord


class Committed(Ours):
    """The shared world as a run in the database; every step is committed before the next begins."""

    def _sink(self) -> Sink:
        version = command_line_version(document=self.scenario)
        run = create_run(owner=None, version=version, seed=self.streams.seed, steps=100_000)
        lease = leases.take(run.pk, leases.owner_name("bench"))
        assert lease is not None  # noqa: S101 - nobody else knows of this run
        ensure_partition(run.pk, self.shared.users)
        self.run, self.lease = run, lease
        return DatabaseSink(
            lease=lease, rows=self.run.pk, committed=-1, digests=lambda _step: (b"", b""), population=self.population
        )

    def step(self, batch: ActionBatch, viewers: NDArray[np.int32]) -> tuple[float, StepRecord]:
        """Make and commit a step in which `viewers` are shown feeds and `batch` is done; return its seconds."""
        level = self.world.users.level
        level[:] = 0
        level[viewers] = 1
        self.mind.requests = batch
        self.simulation.sink.rested()  # while OASIS worked
        began = time.perf_counter()
        record = self.simulation.step()
        return time.perf_counter() - began, record

    def close(self) -> None:
        """Give the run back as stopped."""
        leases.release(self.lease, status="stopped", waiting="")
