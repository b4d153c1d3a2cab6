"""A run's snapshots on disk: registered in the step's transaction, verified before use, few kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simapp.engine.core import snapshots
from simapp.engine.core.errors import SnapshotDamaged
from simapp.models import RunFile
from simapp.store.parquet import FileRow

if TYPE_CHECKING:
    from simapp.engine.core.world import World

logger = logging.getLogger(__name__)

KIND = "snapshot"


@dataclass(frozen=True)
class Restored:
    """A world read back, and the step after which it was saved."""

    world: World
    step: int


def save_snapshot(world: World, folder: Path) -> FileRow:
    """Write the world's snapshot below the run's folder; return the row that registers it."""
    name, content_hash, size = snapshots.save(world, folder / KIND)
    return FileRow(kind=KIND, name=f"{KIND}/{name}", hash=content_hash, bytes=size, rows=1)


def newest_good(run_id: int, folder: Path, *, at_most: int | None = None) -> Restored | None:
    """Return the newest snapshot that is whole; a damaged or missing one falls back to the one before."""
    rows = RunFile.objects.filter(run_id=run_id, kind=KIND)
    if at_most is not None:
        rows = rows.filter(step__lte=at_most)
    for row in rows.order_by("-step"):
        try:
            return Restored(snapshots.load(folder / row.name, row.hash), row.step)
        except (SnapshotDamaged, OSError) as problem:
            logger.warning("run %s: snapshot of step %s is not usable (%s)", run_id, row.step, problem)
    return None


def forget_old(run_id: int, folder: Path, *, keep: int) -> None:
    """Drop all but the newest `keep` snapshots, row first: a file without a row is swept, not trusted."""
    rows = list(RunFile.objects.filter(run_id=run_id, kind=KIND).order_by("-step")[keep:])
    for row in rows:
        RunFile.objects.filter(run_id=run_id, kind=KIND, step=row.step).delete()
        (folder / row.name).unlink(missing_ok=True)
