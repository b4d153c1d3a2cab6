"""The storm: round by round what the plan says is done to the site, and then looked at what must hold."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Min

from simapp.models import Export, Run, RunStep
from simapp.runs.services import OVER
from tests.chaos import checks
from tests.chaos.blows import Blows, Outcome
from tests.chaos.parts import alive, await_that
from tests.chaos.patience import patiently
from tests.chaos.plan import DECISIONS, Disturbance
from tests.chaos.visitor import Visitor, Watcher

LOST = 60.0  # seconds after which a run that made no step counts as lost
HEARD = 30.0  # seconds for those who watch to hear of the end


@dataclass
class Storm:
    """Disturbs the site. `losses` collects one sentence for everything that should not be."""

    blows: Blows
    visitor: Visitor
    say: Callable[[str], None] = lambda _line: None
    outcomes: list[Outcome] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    watchers: dict[int, Watcher] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    looks: int = 0
    load: float = 0.0
    _calm: threading.Event = field(default_factory=threading.Event)

    def watch(self, run: Run) -> None:
        """Watch a run from now to its end, as a browser does."""
        self.watchers[run.pk] = Watcher(self.visitor, run.pk)
        self.watchers[run.pk].start()

    def rounds(self, plan: list[list[Disturbance]]) -> None:
        """Do all rounds, let every run come to its end, and look at all that is left."""
        reader = threading.Thread(target=self._read, name="reader")
        reader.start()
        try:
            for ones in plan:
                self.round(ones)
            self._to_the_end()
        finally:
            self._calm.set()
            reader.join()

    def round(self, ones: list[Disturbance]) -> None:
        """Do what belongs to one round, at the same time, and wait until every run it struck has gone on."""
        bound = [one for one in ones if one.place and one.target != DECISIONS]
        runs = self.blows.on_their_way(max(1, len(bound)))
        found = [Outcome(one) for one in ones]
        threads = []
        bystanders = self.blows.parts.processes({one.target for one in ones})
        for outcome in found:
            # Kills in a stage get a run each; whatever else needs one takes the newest.
            run = runs[bound.index(outcome.one)] if outcome.one in bound else runs[-1]
            threads.append(threading.Thread(target=self.blows.strike, args=(outcome, run), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for outcome in found:
            self._await_resumed(outcome)
            self.say(line_of(outcome))
        self.losses += [outcome.problem for outcome in found if outcome.problem]
        self.outcomes += found
        self.load = max(self.load, os.getloadavg()[0])
        self.losses += [
            f"{', '.join(line_of(outcome) for outcome in found)}: {target} had to start again as well"
            for target, process in bystanders.items()
            if not alive(process)
        ]
        self._look_around()

    def _await_resumed(self, outcome: Outcome) -> None:
        back = datetime.fromtimestamp(outcome.back, UTC)
        deadline = time.monotonic() + LOST
        waiting = set(outcome.runs) if not outcome.problem else set()
        while waiting and time.monotonic() < deadline:
            for run in patiently(lambda: list(Run.objects.filter(pk__in=waiting))):
                after = RunStep.objects.filter(run_id=run.pk, committed__gt=back)
                first = patiently(after.aggregate, first=Min("committed"))["first"]
                if first is not None:
                    outcome.resumed[run.pk] = (first - back).total_seconds()
                if first is not None or run.status in OVER:
                    waiting.discard(run.pk)
            time.sleep(0.05)
        if waiting:
            outcome.problem = f"{outcome.one.target}, {outcome.one.manner}: runs {sorted(waiting)} did not go on"

    # --- looking --------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        for run in self.blows.fleet.alive():
            self.losses += patiently(checks.missing_files, run.pk)
            self.losses += checks.pages(self.visitor, run.pk)
        for run in self.blows.fleet.over():
            if run.pk not in self.ended:
                self.ended.add(run.pk)
                self.losses += patiently(checks.ending, run, self.blows.fleet.told[run.pk])
                self.blows.export(run)

    def _read(self) -> None:
        """Read as anybody may at any moment, all through the storm."""
        try:
            while not self._calm.wait(0.2):
                for run in self.blows.fleet.alive():
                    self.losses += patiently(checks.half_steps, run.pk)
                    self.looks += 1
        finally:
            connection.close()

    def _to_the_end(self) -> None:
        await_that(lambda: not self.blows.fleet.alive(), "the runs do not end")
        self._look_around()
        for run in self.blows.fleet.over():
            watcher = self.watchers[run.pk]
            watcher.done.wait(HEARD)
            series = {row["step"]: row for row in self.visitor.points(run.pk, -1)["points"]}
            self.losses += checks.watched(watcher, run, series)
            watcher.done.set()
        unfinished = Export.objects.filter(pk__in=self.blows.exports).exclude(status__in=["done", "failed"])
        await_that(lambda: not unfinished.exists(), "the exports do not end")
        for export in Export.objects.filter(pk__in=self.blows.exports):
            self.losses += checks.export_whole(export)


def line_of(outcome: Outcome) -> str:
    """Say in one line what a disturbance did."""
    one = outcome.one
    where = f" {one.place}" if one.place else ""
    away = outcome.back - outcome.hit
    took = f", runs went on after {max(outcome.resumed.values()):.1f} s" if outcome.resumed else ""
    return outcome.problem or f"{one.manner} of {one.target}{where}: back after {away:.1f} s{took}"
