"""The pace that a member asked for: a step is followed by a rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from simapp.models import Run
from simapp.runs.sink import Control

if TYPE_CHECKING:
    from simapp.runs.sink import DatabaseSink

POLL_SECONDS = 0.1


def rest(run_id: int, sink: DatabaseSink, began: float, control: Control, stopping: Callable[[], bool]) -> None:
    """Wait until the step that began at `began` has lasted as long as the pace says, or members want otherwise."""
    if not control.pace:
        return
    until = began + 1.0 / control.pace
    while (left := until - time.perf_counter()) > 0:
        time.sleep(min(left, POLL_SECONDS))
        if stopping():
            return
        if left > POLL_SECONDS * 2:
            run = Run.objects.only("wanted", "pause_at", "pace").get(pk=run_id)
            sink.control = control = Control(run.wanted, run.pause_at, run.pace)
            if control.wanted != "run" or not control.pace:
                return
            until = began + 1.0 / control.pace
