"""What commands share that bring a run to its end in this process."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import CommandError

if TYPE_CHECKING:
    from simapp.engine.core.threads import Workers
    from simapp.engine.record import StepRecord
    from simapp.management.base import StackCommand
    from simapp.models import Run
    from simapp.runs.leases import Lease


def find_run(number: int) -> Run:
    """Return a run by its number; WrongInput when there is none."""
    from simapp.models import Run

    run = Run.objects.select_related("scenario_version").filter(pk=number).first()
    if run is None:
        msg = f"There is no run {number}."
        raise WrongInput(msg)
    return run


def execute_here(
    command: StackCommand, run: Run, lease: Lease | None, workers: Workers, **more: Any
) -> None:
    """Own the run to its end and give the result: `more` and how the run stands.

    Raises CommandError (exit code 1) when it failed, was taken over, was interrupted or is paused.
    """
    from simapp.runs.execute import execute

    began = time.perf_counter()
    bar = progress_bar(run.steps, run.step)

    def progress(record: StepRecord) -> None:
        if record.step:
            bar.update(1)

    try:
        outcome = execute(run.pk, workers=workers, progress=progress, lease=lease)
    except KeyboardInterrupt:
        msg = f"Stopped. `manage.py resume {run.pk}` goes on from here."
        raise CommandError(msg) from None
    finally:
        bar.close()
    if outcome is None:
        msg = f"Run {run.pk} was taken over by another worker."
        raise CommandError(msg)
    run.refresh_from_db()
    if outcome.status == "failed":
        msg = f"run {run.pk} failed: {run.error}"
        raise CommandError(msg)
    result = {
        "run": run.pk,
        **more,
        "status": run.status,
        "steps": run.step,
        "users": run.users,
        "events": run.events,
        "digest": run.digest_hex,
        "seconds": round(time.perf_counter() - began, 3),
    }
    if outcome.status == "paused":
        command.fail(result, f"Run {run.pk} is paused after step {run.step} and waits for {run.waiting}.")
    command.emit(result)


def progress_bar(steps: int, done: int = 0) -> Any:
    """Return a progress bar on stderr; it shows on a terminal only."""
    from tqdm import tqdm

    return tqdm(
        total=steps, initial=max(done, 0), unit="step", file=sys.stderr, disable=not sys.stderr.isatty(),
        mininterval=0.2,
    )  # fmt: skip
