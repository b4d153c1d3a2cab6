"""Picks up what was left lying: runs whose owner died, messages the broker lost, exports and interviews that stopped.

PostgreSQL is the queue of record. Each round looks at it and sends again; a task that was sent twice
finds the lease taken and ends.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.db.utils import DatabaseError
from django.utils import timezone

from simapp.models import Cell, Endpoint, Export, FeedExplanation, ModelForecast, NetworkLayout, Probe, Run
from simapp.runs import (
    asking,
    deletion,
    endpoints,
    explaining,
    exports,
    layouts,
    leases,
    messages,
    model_forecasts,
    probes,
)
from simapp.runs.said import state_message
from simapp.runs.tasks import (
    answer_probe,
    check_endpoint,
    decide_batch,
    drop_deleted,
    execute_run,
    explain_feed,
    forecast_models,
    lay_out_network,
    make_export,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

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
    _exports: dict[int, float] = field(default_factory=dict)
    _probes: dict[int, float] = field(default_factory=dict)
    _batches: dict[int, float] = field(default_factory=dict)
    _tests: dict[int, float] = field(default_factory=dict)
    _forecasts: dict[int, float] = field(default_factory=dict)
    _layouts: dict[int, float] = field(default_factory=dict)
    _explained: dict[int, float] = field(default_factory=dict)
    _dropped: float = float("-inf")

    def round(self) -> list[int]:
        """Look once; return the ids of the runs that were sent."""
        for run_id in leases.expire_dead():
            logger.info("run %s: its owner is dead", run_id)
            self._sent.pop(run_id, None)
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        stopped = Run.objects.filter(free, wanted="stop").exclude(status__in=OVER)
        for run in stopped.select_related("scenario_version"):
            # Nobody owns it, so nobody is left to hear the wish. An owner that was only slow finds another token.
            if Run.objects.filter(free, pk=run.pk, wanted="stop").update(
                status="stopped", waiting="", ended=timezone.now(), lease_until=None, token=F("token") + 1
            ):
                messages.publish(state_message(run, run.step, "stopped", "stop", "", "", None))
        sent = []
        busy = Run.objects.filter(lease_until__gte=Now()).exclude(status__in=OVER).count()
        # A run that somebody launched by itself does not wait behind the hundreds of an experiment.
        celled = Exists(Cell.objects.filter(run=OuterRef("pk")))
        waiting = list(
            Run.objects.filter(free, wanted="run").exclude(status__in=OVER).order_by(celled.asc(), "id")
        )
        self._forget_all_but(waiting)
        # What waits for a free worker has its message in the queue, or gets another one when a worker is free:
        # sent on and on, the messages of a thousand queued runs would pile up without end.
        room = run_slots() - busy - sum(not run.owner_name and self._answering(run) for run in waiting)
        for run in waiting:
            if not self._answering(run) and (run.owner_name or room > 0):
                self.send(run.pk)
                self._sent[run.pk] = self.clock()
                sent.append(run.pk)
                room -= not run.owner_name
            self._explain(run, busy)
        self._send_again()
        self._drop_deleted()
        return sent

    def _send_again(self) -> None:
        """Send what workers of the other queue began, or never heard of, and nobody works on."""
        lost: list[tuple[Any, Iterable[int], dict[int, float], float]] = [
            (make_export, _keys(Export.objects.filter(exports.abandoned())), self._exports, QUEUED_AGAIN_SECONDS),
            (answer_probe, _keys(Probe.objects.filter(probes.abandoned())), self._probes, QUEUED_AGAIN_SECONDS),
            (decide_batch, asking.resend_waiting(), self._batches, AGAIN_SECONDS),
            (check_endpoint, _keys(Endpoint.objects.filter(endpoints.abandoned())), self._tests, QUEUED_AGAIN_SECONDS),
            (
                lay_out_network, _keys(NetworkLayout.objects.filter(layouts.abandoned())), self._layouts,
                QUEUED_AGAIN_SECONDS,
            ),
            (
                forecast_models, _keys(ModelForecast.objects.filter(model_forecasts.abandoned())), self._forecasts,
                QUEUED_AGAIN_SECONDS,
            ),
            (
                explain_feed, _keys(FeedExplanation.objects.filter(explaining.abandoned())), self._explained,
                QUEUED_AGAIN_SECONDS,
            ),
        ]  # fmt: skip
        for task, keys, sent, pause in lost:
            for key in keys:
                if self.clock() - sent.get(key, float("-inf")) >= pause:
                    task.delay(key)
                    sent[key] = self.clock()

    def _drop_deleted(self) -> None:
        """Let what was deleted and is needed no more be dropped, also where the worker that began it died."""
        if self.clock() - self._dropped >= QUEUED_AGAIN_SECONDS and Run.objects.exclude(deleted=None).exists():
            self._dropped = self.clock()
            for run_id in deletion.unneeded()[:1]:
                drop_deleted.delay(run_id)

    def _answering(self, run: Run) -> bool:
        """Whether a worker may still answer what was sent."""
        wait = QUEUED_AGAIN_SECONDS if run.status == "queued" and not run.owner_name else AGAIN_SECONDS
        return self.clock() - self._sent.get(run.pk, float("-inf")) < wait

    def _forget_all_but(self, waiting: list[Run]) -> None:
        known = {run.pk for run in waiting}
        self._sent = {pk: at for pk, at in self._sent.items() if pk in known}

    def _explain(self, run: Run, busy: int) -> None:
        slots = run_slots()
        if run.owner_name:
            waiting = leases.GONE
        elif busy >= slots:
            waiting = f"a free run worker ({busy} of {slots} busy)"
        else:
            waiting = "a run worker to take it"
        if waiting != run.waiting:
            Run.objects.filter(pk=run.pk, lease_until=run.lease_until).update(waiting=waiting)


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


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
