"""The owner of a run: opens it, moves it step by step as members want it, and gives it back.

A new owner starts from the newest good snapshot, repeats the committed steps since (comparing their
digests), and goes on. Nothing here runs inside the web process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from simapp.engine.core.errors import LostLease
from simapp.engine.core.memory import return_large_blocks, settle_memory
from simapp.engine.core.threads import Workers
from simapp.models import Run
from simapp.runs import checkpoints, doing, fingerprint, leases, messages, pace, past
from simapp.runs.asking import Recorded, queue_of
from simapp.runs.course import Course, Leg
from simapp.runs.halting import MustPause, StoppedWaiting, left_as
from simapp.runs.keeping import Keeping
from simapp.runs.outcome import Outcome
from simapp.runs.points import newest_step
from simapp.runs.said import state_message, step_message
from simapp.runs.sink import BEHIND_USERS, Control, DatabaseSink
from simapp.store import files
from simapp.store.partitions import ensure_partition, has_own

if TYPE_CHECKING:
    from agents.asking import Asker
    from simapp.engine.loop import Simulation
    from simapp.engine.record import StepRecord

HOLD_SECONDS = 20.0  # a paused run stays in memory this long, then makes room for others
POLL_SECONDS = 0.1


@dataclass
class Owner:
    """Runs one run under one lease."""

    run: Run
    lease: leases.Lease
    workers: Workers
    progress: Callable[[StepRecord], None] = lambda _record: None
    hold_seconds: float = HOLD_SECONDS
    stopping: Callable[[], bool] = lambda: False
    sink: DatabaseSink | None = None
    stage: str = doing.OPENING
    stages: dict[str, float] = field(default_factory=dict)
    _rate: float | None = None
    _status: str = "running"
    _waiting: str = ""
    _committed_at: float | None = None
    _simulation: Simulation | None = None

    def __post_init__(self) -> None:
        self.step = self.run.step
        self._keeping = Keeping(self.run, self.lease)

    # --- what is said ---------------------------------------------------------------------------------

    def beat(self) -> dict[str, Any]:
        """Return the heartbeat that is stored with the lease."""
        return {"stage": self.stage, "step": self.step, "rate": self._rate, "owner": self.lease.owner}

    def tell(self) -> None:
        """Publish how the run stands."""
        messages.publish(
            state_message(self.run, self.step, self._status, self.sink.control.wanted if self.sink else "run",
                          self._waiting, self.stage, self._rate)
        )  # fmt: skip

    def told(self, status: str, waiting: str, wanted: str = "") -> None:
        """Publish that the run was given back as `status`."""
        self._status, self._waiting, self.stage = status, waiting, ""
        if wanted and self.sink is not None:
            self.sink.control = replace(self.sink.control, wanted=wanted)
        self.tell()

    def _announce(self, record: StepRecord) -> None:
        now = time.perf_counter()
        if self._committed_at is not None:
            latest = 1.0 / max(now - self._committed_at, 1e-6)
            self._rate = latest if self._rate is None else 0.8 * self._rate + 0.2 * latest
        self._committed_at = now
        self.step = record.step
        for name, seconds in record.stages.items():
            self.stages[name] = self.stages.get(name, 0.0) + seconds
        sink = self._sink()
        sink.checkpoint("in publish")
        messages.publish(step_message(self.run, record, self._status, self._rate))
        sink.checkpoint("after publish")
        self._keeping.after(record.step)
        self.progress(record)

    # --- the run --------------------------------------------------------------------------------------

    def go(self) -> Outcome:
        """Bring the run as far as members want it; return how it stands then."""
        self._set("running", "")
        try:
            return self._go(self._open(), self._sink())
        except (MustPause, StoppedWaiting) as halt:
            return self._halt(halt)
        finally:
            if self.sink is not None:
                self.sink.close()
            self._forget()

    def _go(self, simulation: Simulation, sink: DatabaseSink) -> Outcome:
        self._set("running", "")
        while simulation.world.step < self.run.steps:
            control, step = sink.asked(), simulation.world.step
            if control.wanted == "stop":
                return self._end("stopped", simulation)
            if self.stopping():
                return self._give_back(simulation, "another worker: the one that had it was stopped")
            if control.wanted == "pause" or (control.pause_at is not None and step >= control.pause_at):
                if not self._hold(simulation):
                    return self._give_back(simulation, doing.A_MEMBER)
                continue
            began = time.perf_counter()
            simulation.step(past.inputs_at(self.run.rows, step + 1))
            if control.pace:
                self.stage = "waiting for its pace"
                pace.rest(self.run.pk, sink, began, control, self.stopping)
        return self._end("finished", simulation)

    def _forget(self) -> None:
        """Let the world go at once: what knows each other would stay until the garbage collector comes by."""
        if self._simulation is not None:
            self._simulation.world.desk.serve = None
            self._simulation = None

    def _sink(self) -> DatabaseSink:
        assert self.sink is not None  # noqa: S101 - _open made it
        return self.sink

    def _open(self) -> Simulation:
        run = self.run
        return_large_blocks()
        self._course = course = Course(run, self.workers, self._asker)
        self.sink = sink = DatabaseSink(
            lease=self.lease,
            rows=run.rows,
            committed=run.step,
            digests=lambda step: past.digests_at(course.segments, step),
            after_commit=self._announce,
            keep_snapshots=self._keeping.snapshots,
            checkpoint=checkpoints.killer(lambda: self._at, run.pk),
            on_stage=partial(setattr, self, "stage"),
            control=Control(run.wanted, run.pause_at, run.pace),
            large=has_own(run.rows),
        )
        files.sweep(run.rows, files.run_folder(run.rows))
        simulation = course.restored(sink) if run.step >= 0 else None
        restored = simulation is not None
        if simulation is None:
            simulation = self._founded(course, sink)
        else:
            simulation.on_stage = self._on_stage
            fingerprint.check_encoder(run.fingerprint.get("encoder"), simulation.feed)
        # Repeat what was committed after the snapshot; the sink compares instead of writing.
        while simulation.world.step < run.step:
            self.stage = doing.repeating(simulation.world.step + 1, run.step)
            simulation, _ = course.step(simulation)
        if run.fork_step == run.step:
            simulation = self._branched(course, simulation)
        self._simulation, self.step = simulation, simulation.world.step
        sink.behind = run.users >= BEHIND_USERS
        settle_memory()
        if restored and (newest := newest_step(run)) is not None:
            # The last step's message may have died with its sender.
            messages.publish(newest)
        return simulation

    def _founded(self, course: Course, sink: DatabaseSink) -> Simulation:
        """Begin at the founding: for the first time, or again because no snapshot is good."""
        run, self.stage = self.run, doing.PEOPLE
        people = course.people()
        if run.step < 0:
            ensure_partition(run.rows, people.users)
            sink.large = has_own(run.rows)
            sink.population = people
        self.stage = doing.WORLD
        simulation = course.found(people, sink)
        simulation.on_stage = self._on_stage
        if run.step < 0:
            self._begun(simulation, users=people.users)
        course.finish_founding(simulation, people)
        sink.population = None
        return simulation

    def _branched(self, course: Course, simulation: Simulation) -> Simulation:
        """Leave the shared past: the next step is the fork's first of its own, under its own document."""
        run = self.run
        ensure_partition(run.rows, run.users)
        self._sink().large = has_own(run.rows)
        simulation = course.changed_over(simulation)
        if run.started is None:
            self._begun(simulation, recorded=run.parent.fingerprint.get("encoder") if run.parent else None)
        return simulation

    def _begun(self, simulation: Simulation, *, recorded: str | None = None, **fields: Any) -> None:
        """Note where and when the run begins."""
        run = self.run
        encoder = recorded or fingerprint.encoder(simulation.feed)
        fields |= {
            "fingerprint": {**fingerprint.platform(), "encoder": encoder},
            "started": timezone.now(),
        }
        Run.objects.filter(pk=run.pk, token=self.lease.token).update(**fields)
        for name, value in fields.items():
            setattr(run, name, value)

    def _on_stage(self, stage: str) -> None:
        self.stage = stage
        if self.sink is not None:
            self.sink.checkpoint(f"in {stage}")

    @property
    def _at(self) -> int:
        return self._simulation.world.step if self._simulation is not None else 0

    def _hold(self, simulation: Simulation) -> bool:
        """Wait while paused; False when the run was given back to make room."""
        sink = self._sink()
        sink.settle()
        self.stage = "paused"
        self._set("paused", doing.A_MEMBER)
        until = time.monotonic() + self.hold_seconds
        while True:
            mine = Run.objects.filter(pk=self.run.pk, token=self.lease.token)
            run = mine.only("wanted", "pause_at", "pace").first()
            if run is None:
                raise LostLease(f"run {self.run.pk} is owned by another worker")
            sink.control = Control(run.wanted, run.pause_at, run.pace)
            wants_more = run.wanted == "run" and (run.pause_at is None or run.pause_at > self.step)
            if wants_more or run.wanted == "stop":
                self._set("running", "")
                return True
            if run.wanted == "run":
                # The step that was asked for is done: from now on it is an ordinary pause.
                Run.objects.filter(
                    pk=self.run.pk, token=self.lease.token, pause_at=run.pause_at, wanted="run"
                ).update(wanted="pause", pause_at=None)
            if self.stopping() or time.monotonic() >= until:
                return False
            time.sleep(POLL_SECONDS)

    def _asker(self, leg: Leg) -> Asker:
        """Return who asks models in a leg: this owner in its own run, the input log in what others made."""
        if leg.run.pk != self.run.pk:
            return Recorded(leg.run.rows)
        told = partial(self._set, "running")
        return queue_of(self.run, self.lease, lambda: self._sink().committed, self.stopping, told)

    def _halt(self, halt: MustPause | StoppedWaiting) -> Outcome:
        """Let go in the middle of a step that cannot be made now; whoever takes the run next makes it anew."""
        self._sink().settle()
        wanted = Run.objects.values_list("wanted", flat=True).get(pk=self.run.pk)
        status, fields = left_as(halt, wanted)
        self._let_go(status=status, **fields)
        self.told(status, str(fields["waiting"]), str(fields.get("wanted", "")))
        return Outcome(status, self.step, self.stages)

    def _give_back(self, simulation: Simulation, waiting: str) -> Outcome:
        """Save where the run stands and let go of it; whoever takes it next goes on from there."""
        self._sink().settle()
        self._sink().snapshot_now(simulation.world)
        self._waiting = waiting
        self._let_go(waiting=waiting)
        self.tell()
        return Outcome(self._status, self.step, self.stages)

    def _set(self, status: str, waiting: str) -> None:
        self._status, self._waiting = status, waiting
        if not Run.objects.filter(pk=self.run.pk, token=self.lease.token).update(
            status=status, waiting=waiting
        ):
            raise LostLease(f"run {self.run.pk} is owned by another worker")
        self.run.status = status
        self.tell()

    def _let_go(self, **fields: Any) -> None:
        if not leases.release(self.lease, **fields):
            raise LostLease(f"run {self.run.pk} is owned by another worker")

    def _end(self, status: str, simulation: Simulation) -> Outcome:
        self._sink().settle()
        self._sink().snapshot_now(simulation.world)
        self._status, self._waiting, self.stage = status, "", ""
        self._let_go(status=status, waiting="", ended=timezone.now(), heartbeat={})
        self.tell()
        return Outcome(status, self.step, self.stages)
