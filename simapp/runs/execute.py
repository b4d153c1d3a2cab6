"""Owning a run: from taking the lease to giving it back, whatever happens in between."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.utils import Error, InterfaceError, OperationalError
from django.utils import timezone

from simapp.engine.core.errors import LostLease, SociariumError
from simapp.engine.core.threads import Workers, default_threads
from simapp.models import Run
from simapp.runs import leases
from simapp.runs.doing import A_MEMBER
from simapp.runs.fidelity_gaps import GapWatch
from simapp.runs.outcome import Outcome
from simapp.runs.owner import HOLD_SECONDS, POLL_SECONDS, Owner
from simapp.runs.room import FIRST_PAUSE, Room, no_room

if TYPE_CHECKING:
    from simapp.engine.record import StepRecord

__all__ = ["Outcome", "execute"]

logger = logging.getLogger(__name__)

class NoRoom(Exception):
    """The disk is full; `problem` is what said so."""

    def __init__(self, problem: BaseException) -> None:
        super().__init__(str(problem))
        self.problem = problem


FRUITLESS = 5  # a database that answers and refuses the same step so often refuses for good


def execute(
    run_id: int,
    *,
    role: str = "worker",
    workers: Workers | None = None,
    progress: Callable[[StepRecord], None] = lambda _record: None,
    hold_seconds: float = HOLD_SECONDS,
    stopping: Callable[[], bool] = lambda: False,
    lease: leases.Lease | None = None,
) -> Outcome | None:
    """Own the run until it is over, paused for long, or lost; None when another worker owns it.

    A crash inside the run marks it failed with its sentence (and the traceback in the log). Where the database
    goes away or the disk is full the run waits, says so, and goes on by itself.
    """
    lease = lease or leases.take(run_id, leases.owner_name(role))
    if lease is None:
        return None
    stages: dict[str, float] = {}
    reached, fruitless = -2, 0
    room = Room(lease, stopping)
    while True:
        try:
            run = Run.objects.select_related("scenario_version__scenario").get(pk=run_id)
            owner = Owner(
                run,
                lease,
                workers or Workers(default_threads()),
                GapWatch(run).beside(progress),
                hold_seconds,
                stopping,
                stages=stages,
            )
            fruitless = fruitless + 1 if run.step == reached else 0
            if run.step > reached:
                room.pause = FIRST_PAUSE
            reached = run.step
            with leases.Heart(lease, owner.beat, owner.tell).beating():
                return _own(owner, patient=fruitless < FRUITLESS)
        except NoRoom as full:
            if not room.wait(owner.run, full.problem):
                return _as_it_stands(run_id, lease, stages)
            fruitless = 0
        except (OperationalError, InterfaceError) as problem:
            # The database restarts, or refuses for a moment. The run waits and goes on from its last snapshot.
            logger.warning("run %s waits for the database: %s", run_id, problem)
            if not _regain(lease, stopping):
                return None


def _own(owner: Owner, *, patient: bool) -> Outcome | None:
    """Run until the run is over, given back, lost or failed; trouble of the database is raised while `patient`."""
    lease = owner.lease
    try:
        outcome = owner.go()
        GapWatch(owner.run).now()
        return outcome
    except LostLease as lost:
        logger.warning("%s", lost)
        return None
    except KeyboardInterrupt:
        with suppress(Error):
            leases.release(lease, status="paused", wanted="pause", waiting=A_MEMBER)
        raise
    except SystemExit:
        # This process has to go; what members want of the run is as before.
        with suppress(Error):
            leases.release(lease, waiting="another worker: the one that had it was stopped")
        raise
    except Exception as problem:
        if no_room(problem):
            raise NoRoom(problem) from problem
        if patient and isinstance(problem, OperationalError | InterfaceError):
            raise
        logger.exception("run %s failed at step %s", lease.run_id, owner.step)
        sentence = str(problem) if isinstance(problem, SociariumError) else _sentence(problem)
        return _let_go(owner, "failed", error=sentence, waiting="", ended=timezone.now())


def _let_go(owner: Owner, status: str, **fields: Any) -> Outcome | None:
    """Give the run back with a status and say so; None, and not a word, when it was no longer ours."""
    if not leases.release(owner.lease, status=status, **fields):
        logger.warning("run %s is owned by another worker", owner.lease.run_id)
        return None
    owner.told(status, str(fields["waiting"]), str(fields.get("wanted", "")))
    return Outcome(status, owner.step, owner.stages)


def _regain(lease: leases.Lease, stopping: Callable[[], bool]) -> bool:
    """Wait until the database answers; whether the run is still ours then."""
    pause = POLL_SECONDS
    while not stopping():
        connection.close()
        try:
            return leases.renew(lease, {"stage": "opening", "owner": lease.owner})
        except (OperationalError, InterfaceError):
            time.sleep(pause)
            pause = min(2 * pause, 2.0)
    return False


def _as_it_stands(run_id: int, lease: leases.Lease, stages: dict[str, float]) -> Outcome | None:
    """How a run that was let go while it waited stands; None when another worker owns it."""
    run = Run.objects.filter(pk=run_id, token=lease.token).first()
    return None if run is None else Outcome(run.status, run.step, stages)


def _sentence(problem: Exception) -> str:
    where = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__}: {problem} (in {where.name}, {where.filename.rsplit('/', 1)[-1]}:{where.lineno})"
