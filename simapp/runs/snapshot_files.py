"""A run's snapshots on disk: registered in a step's transaction, verified before use, few kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.engine.core import snapshots
from simapp.engine.core.errors import SnapshotDamaged
from simapp.models import RunFile
from simapp.store.files import FileRow, list_files, run_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from simapp.engine.core.world import World

logger = logging.getLogger(__name__)

KIND = "snapshot"
ANY_STEP = 2**31 - 1


@dataclass(frozen=True)
class Restored:
    """A world read back, and the step after which it was saved."""

    world: World
    step: int


def save_snapshot(run_id: int, world: World, *, halfway: Callable[[], None] | None = None) -> FileRow:
    """Write the world's snapshot; return the row that registers it."""
    name, content_hash, size = snapshots.save(world, run_folder(run_id) / KIND, halfway=halfway)
    return FileRow(KIND, f"{KIND}/{name}", content_hash, size, 1)


def newest_good(run_id: int, *, upto: int = ANY_STEP) -> Restored | None:
    """Return the newest snapshot that is whole; a damaged or missing one falls back to the one before."""
    for step, file in reversed(list_files(run_id, KIND, upto=upto)):
        try:
            return Restored(snapshots.load(run_folder(run_id) / file.name, file.hash), step)
        except SnapshotDamaged as problem:
            logger.warning("run %s: %s; the one before is used", run_id, problem)
            RunFile.objects.filter(run_id=run_id, kind=KIND, step=step, hash=file.hash).update(good=False)
    return None


def forget_old(run_id: int, *, keep: int) -> None:
    """Drop all but the newest `keep` snapshots, row first: a file without a row is swept, not trusted."""
    for step, file in list_files(run_id, KIND, upto=ANY_STEP)[:-keep]:
        RunFile.objects.filter(run_id=run_id, kind=KIND, step=step).delete()
        (run_folder(run_id) / file.name).unlink(missing_ok=True)
