"""A run's snapshots on disk: registered in a step's transaction, verified before use, few kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from simapp.engine.core import snapshots
from simapp.engine.core.errors import SnapshotDamaged
from simapp.models import Run, RunFile
from simapp.store.audience import KIND as AUDIENCE
from simapp.store.files import FileRow, list_files, run_folder
from simapp.store.retention import Rule

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


def forget_old(run_id: int, rule: Rule) -> None:
    """Drop the snapshots that the rule no longer keeps, with what lies beside them, but those that forks begin from.

    Row first: a file without a row is swept, not trusted.
    """
    held = list_files(run_id, KIND, upto=ANY_STEP)
    old = set(rule.old_snapshots([step for step, _ in held]))
    if not old:
        return
    needed = {max((s for s, _ in held if s <= step), default=-1) for step in steps_needed(run_id)}
    for step, file in held:
        if step in old - needed:
            beside = list_files(run_id, AUDIENCE, after=step - 1, upto=step)
            RunFile.objects.filter(run_id=run_id, kind__in=(KIND, AUDIENCE), step=step).delete()
            for _, gone in [(step, file), *beside]:
                (run_folder(run_id) / gone.name).unlink(missing_ok=True)


def steps_needed(rows: int) -> set[int]:
    """Return the steps under `rows` after which living forks leave that have no snapshot of their own yet."""
    owner = Q(rows_under=rows) | Q(pk=rows, rows_under=None)
    bounds = dict.fromkeys(Run.objects.filter(owner).values_list("pk", flat=True), ANY_STEP)
    needed, seen = set(), set(bounds)
    while bounds:
        below: dict[int, int] = {}
        for fork in Run.objects.filter(parent__in=bounds).only("parent_id", "fork_step", "deleted", "rows_under"):
            if fork.pk in seen or fork.fork_step is None or fork.parent_id is None:
                continue
            seen.add(fork.pk)
            below[fork.pk] = last = min(fork.fork_step, bounds[fork.parent_id])
            if fork.deleted is None and not list_files(fork.rows, KIND, upto=ANY_STEP):
                needed.add(last)
        bounds = below
    return needed
