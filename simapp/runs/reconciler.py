"""Picks up what was left lying: runs whose owner died, messages that the broker lost, exports that stopped.

PostgreSQL is the queue of record. Each round looks at it and sends again; a task that was sent twice
finds the lease taken and ends.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.db.utils import DatabaseError
from django.utils import timezone

from simapp.models import Export, Run
from simapp.runs import exports, leases, messages
from simapp.runs.said import state_message
from simapp.runs.tasks import execute_run, make_export

logger = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
AGAIN_SECONDS = 5.0  # before the same abandoned run is sent again
QUEUED_AGAIN_SECONDS = 20.0  # before a run that merely waits for a free worker is sent again
OVER = ("finished", "stopped", "failed")


def run_slots() -> int:
    """Return how many runs the workers of this installation take at once (as far as it knows)."""
    named = os.environ.get("SOCIARIUM_RUN_SLOTS", "")
    return int(named) if named.isdigit() and int(named) > 0 else 3


def _send(run_id: int) -> None:
    execute_run.delay(run_id)


@dataclass
class Reconciler:
    """One round looks once; `send` and `clock` can be replaced in tests."""

    send: Callable[[int], None] = _send
    clock: Callable[[], float] = time.monotonic
    _sent: dict[int, float] = field(default_factory=dict)

    def round(self) -> list[int]:
        """Look once; return the ids of the runs that were sent."""
        for run_id in leases.expire_dead():
            logger.info("run %s: its owner is dead", run_id)
            self._sent.pop(run_id, None)
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        stopped = Run.objects.filter(free, wanted="stop").exclude(status__in=OVER)
        for run in stopped.select_related("scenario_version"):
            # Nobody owns it, so nobody is left to hear the wish.
            if Run.objects.filter(free, pk=run.pk, wanted="stop").update(
                status="stopped", waiting="", ended=timezone.now(), lease_until=None
            ):
                messages.publish(state_message(run, run.step, "stopped", "stop", "", "", None))
        sent = []
        busy = Run.objects.filter(lease_until__gte=Now()).exclude(status__in=OVER).count()
        for run in Run.objects.filter(free, wanted="run").exclude(status__in=OVER).order_by("id"):
            wait = QUEUED_AGAIN_SECONDS if run.status == "queued" and not run.owner_name else AGAIN_SECONDS
            if self.clock() - self._sent.get(run.pk, float("-inf")) >= wait:
                self.send(run.pk)
                self._sent[run.pk] = self.clock()
                sent.append(run.pk)
            self._explain(run, busy)
        for export in Export.objects.filter(exports.abandoned()):
            key = -export.pk
            if self.clock() - self._sent.get(key, float("-inf")) >= QUEUED_AGAIN_SECONDS:
                make_export.delay(export.pk)
                self._sent[key] = self.clock()
        return sent

    def _explain(self, run: Run, busy: int) -> None:
        slots = run_slots()
        if run.owner_name:
            waiting = "a worker to take over: the one that had it has gone"
        elif busy >= slots:
            waiting = f"a free run worker ({busy} of {slots} busy)"
        else:
            waiting = "a run worker to take it"
        if waiting != run.waiting:
            Run.objects.filter(pk=run.pk, lease_until=run.lease_until).update(waiting=waiting)


def run_forever(stopping: Callable[[float], bool]) -> None:
    """Look every second until `stopping(seconds)` (which waits) says so; database trouble is waited out."""
    reconciler = Reconciler()
    while not stopping(ROUND_SECONDS):
        try:
            for run_id in reconciler.round():
                logger.info("run %s was sent to the workers", run_id)
        except DatabaseError as problem:
            logger.warning("the database did not answer: %s", problem)
            connection.close()
        except Exception as problem:  # noqa: BLE001 - the broker may be away; the next round tries again
            logger.warning("could not send: %s", problem)
