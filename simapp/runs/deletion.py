"""Deleting runs: at once for who looks, in the background for the rows, never from under a living fork.

A deleted run is out of sight at once and has no owner any more. As long as a run that is not deleted descends
from it, it stays: its rows are that run's past. When the last such run goes, so does it. Rows go table by table
in transactions of their own, then the run's row, then the files: whatever dies in between, the reconciler finds a
deleted run that nothing needs and goes on.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from simapp.models import Export, Run
from simapp.runs import messages, services
from simapp.runs.exports import export_folder
from simapp.runs.points import state_of
from simapp.runs.questions import drop_asked
from simapp.runs.tasks import drop_deleted
from simapp.store.files import run_folder
from simapp.store.partitions import drop_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

# Deleted runs from which no run descends that is not deleted.
_UNNEEDED = """
    WITH RECURSIVE needed(id, parent_id) AS (
        SELECT id, parent_id FROM simapp_run WHERE deleted IS NULL
        UNION SELECT above.id, above.parent_id FROM simapp_run above JOIN needed ON above.id = needed.parent_id
    )
    SELECT id FROM simapp_run WHERE deleted IS NOT NULL AND id NOT IN (SELECT id FROM needed) ORDER BY id
"""


@dataclass(frozen=True)
class Deleted:
    """What a deletion came to: the run and its tails (`runs`), and the living forks that some of them wait for."""

    runs: tuple[int, ...]
    forks: tuple[int, ...]


def delete(*, run: Run, member: Any) -> Deleted:
    """Delete a run and its archived tails: out of sight now, dropped when no living fork needs them.

    Who owns the run loses it. Permission is the caller's: its owner's and the admins' (see access.py).
    """
    with transaction.atomic():
        found = Run.objects.filter(Q(pk=run.pk) | Q(tail_of=run.pk), deleted=None)
        gone = tuple(found.select_for_update().order_by("pk").values_list("pk", flat=True))
        if not gone:
            msg = f"Run {run.pk} was deleted already."
            raise services.Refused(msg)
        services.note(
            member, "delete", run, number=run.pk, title=run.title, tails=[pk for pk in gone if pk != run.pk]
        )
        mine = Run.objects.filter(pk__in=gone)
        mine.exclude(status__in=services.OVER).update(status=Run.Status.STOPPED, ended=timezone.now())
        mine.update(
            hidden=True, deleted=timezone.now(), wanted=Run.Wanted.STOP, waiting="", token=F("token") + 1,
            lease_until=None, owner_name="", heartbeat={},
        )  # fmt: skip
        run.refresh_from_db()
        transaction.on_commit(lambda: messages.publish(state_of(run)))
        transaction.on_commit(lambda: services.quietly(drop_deleted, run.pk))
    return Deleted(gone, tuple(living_forks(gone)))


def living_forks(runs: Sequence[int]) -> list[int]:
    """Return the runs that are not deleted and have one of `runs` among their ancestors."""
    found, above = set(runs), list(runs)
    living: set[int] = set()
    while above:
        below = Run.objects.filter(parent__in=above).values_list("pk", "deleted")
        above = [pk for pk, _ in below if pk not in found]
        living |= {pk for pk, deleted in below if deleted is None}
        found |= set(above)
    return sorted(living)


def unneeded() -> list[int]:
    """Return the deleted runs that nothing needs any more."""
    with connection.cursor() as cursor:
        cursor.execute(_UNNEEDED)
        return [row[0] for row in cursor.fetchall()]


def drop(run_id: int | None = None) -> list[int]:
    """Drop the deleted runs that nothing needs (among them `run_id`, for which a task came); return which.

    Safe to repeat and to run twice at once. Raises OperationalError where tables stayed locked.
    """
    dropped = []
    while waiting := [pk for pk in unneeded() if pk not in dropped]:
        for run in Run.objects.filter(pk__in=waiting):
            _drop(run)
            dropped.append(run.pk)
    return dropped


def _drop(run: Run) -> None:
    drop_rows(run.rows)
    drop_asked(run.rows)
    folders = [run_folder(run.rows)]
    with transaction.atomic():
        # Nothing can become a fork of a deleted run, so it is still unneeded. A run that descends from it is
        # deleted as well and is dropped in its turn.
        Run.objects.filter(parent=run.pk).update(parent=None, fork_step=None)
        folders += [export_folder(export) for export in Export.objects.filter(run=run.pk)]
        Run.objects.filter(pk=run.pk).delete()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
