"""A run's snapshots on disk: registered in a step's transaction, verified before use, few kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from simapp.engine.core import snapshots
from simapp.engine.core.errors import SnapshotDamaged
from simapp.store.files import FileRow, drop_old_snapshots, folder_of, list_files, mark_bad, path_of

if TYPE_CHECKING:
    from simapp.engine.core.world import World

logger = logging.getLogger(__name__)

KIND = "snapshot"


@dataclass(frozen=True)
class Restored:
    """A world read back, and the step after which it was saved."""

    world: World
    step: int


def save_snapshot(run_id: int, world: World) -> FileRow:
    """Write the world's snapshot; return the row that registers it."""
    name, content_hash, size = snapshots.save(world, folder_of(run_id, KIND))
    return FileRow(world.step, KIND, name, content_hash, size)


def newest_good(run_id: int, *, upto: int | None = None) -> Restored | None:
    """Return the newest snapshot that is whole; a damaged or missing one falls back to the one before."""
    with connection.cursor() as cursor:
        for file in list_files(cursor, run_id, KIND, upto=upto, newest=True):
            try:
                return Restored(snapshots.load(path_of(run_id, file), file.hash), file.step)
            except SnapshotDamaged as problem:
                logger.warning("run %s: %s; the one before is used", run_id, problem)
                mark_bad(cursor, run_id, file)
    return None


def forget_old(run_id: int, *, keep: int) -> None:
    """Drop all but the newest `keep` snapshots, row first: a file without a row is swept, not trusted."""
    with transaction.atomic(), connection.cursor() as cursor:
        old = drop_old_snapshots(cursor, run_id, keep=keep)
    for file in old:
        path_of(run_id, file).unlink(missing_ok=True)
