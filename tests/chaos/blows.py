"""One blow: at a drawn moment from outside, or at a named place of a step from inside."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field

from django.db import connection

from simapp.models import Run
from simapp.runs import services
from tests.chaos.fleet import Fleet
from tests.chaos.orders import Hit, Orders
from tests.chaos.parts import Parts, await_that
from tests.chaos.patience import patiently
from tests.chaos.plan import DECISIONS, POOL, STOP, WORKER, Disturbance

REARM = 20.0  # seconds until an order that nobody carried out is given for another run
FORMATS = ("parquet", "csv", "jsonl", "oasis")


@dataclass
class Outcome:
    """What a disturbance did: when it struck, when the part was back, seconds until each run made a new step."""

    one: Disturbance
    hit: float = 0.0
    back: float = 0.0
    runs: list[int] = field(default_factory=list)
    resumed: dict[int, float] = field(default_factory=dict)
    problem: str = ""


@dataclass
class Blows:
    """Strikes the parts of a site on which the fleet's runs are under way."""

    parts: Parts
    fleet: Fleet
    orders: Orders
    exports: list[int] = field(default_factory=list)

    def on_their_way(self, count: int) -> list[Run]:
        """Return at least `count` runs that are founded and far from their end."""

        def ready() -> list[Run]:
            self.fleet.fill()
            fresh = [run for run in self.fleet.fresh() if run.step >= 0]
            return fresh if len(fresh) >= count else []

        return list(await_that(ready, "the runs do not get on their way"))

    def export(self, run: Run) -> None:
        """Ask for an export of the run, in the next format."""
        format = FORMATS[len(self.exports) % len(FORMATS)]
        made = patiently(services.start_export, run=run, member=self.fleet.member, format=format)
        self.exports.append(made.pk)

    def strike(self, outcome: Outcome, run: Run) -> None:
        """Carry out one disturbance; where it is bound to a run, this one. Called in a thread of its own."""
        try:
            if outcome.one.target == DECISIONS:
                self.export(run)
            if outcome.one.place:
                self._at_place(outcome, run)
            else:
                self._at_moment(outcome, run)
        except Exception as problem:  # noqa: BLE001 - told as a loss, whatever it is
            outcome.problem = f"{outcome.one.target}, {outcome.one.manner}: {problem!r}"
        finally:
            connection.close()

    def _at_moment(self, outcome: Outcome, run: Run) -> None:
        one, pid = outcome.one, None
        struck = [run.pk for run in self.fleet.alive()]
        if one.target == POOL:
            owned = await_that(lambda: _owner(run), f"run {run.pk} has no owner")
            pid, struck = int(owned.rpartition(":")[2]), [run.pk]
        time.sleep(one.wait)
        outcome.hit, outcome.back = self.parts.strike(one, pid)
        outcome.runs = struck

    def _at_place(self, outcome: Outcome, run: Run) -> None:
        one = outcome.one
        log = DECISIONS if one.target == DECISIONS else WORKER
        before = self.parts.log_size(log)
        hit, run_id = self._await_hit(one, run)
        outcome.hit = outcome.back = hit.at
        outcome.runs = [run_id]
        if one.manner == STOP:
            time.sleep(one.seconds)
            outcome.back = time.time()
            os.kill(hit.pid, signal.SIGCONT)
        elif one.target in {WORKER, DECISIONS}:
            outcome.runs = [run.pk for run in self.fleet.alive()]
            outcome.back = self.parts.await_ready(log, before)

    def _await_hit(self, one: Disturbance, run: Run) -> tuple[Hit, int]:
        while True:
            step = 0 if one.target == DECISIONS else patiently(Run.objects.get, pk=run.pk).step + one.ahead
            name = self.orders.give(one, run.pk, step)
            deadline = time.monotonic() + REARM
            while time.monotonic() < deadline or not self.orders.withdraw(name):
                hit = self.orders.hit(name)
                if hit is not None:
                    return hit, run.pk
                time.sleep(0.02)
            # The run has ended, or does not come by this place any more: another one will.
            run = self.on_their_way(1)[-1]
            if one.target == DECISIONS:
                self.export(run)


def _owner(run: Run) -> str:
    return str(patiently(lambda: Run.objects.values_list("owner_name", flat=True).get(pk=run.pk)))
