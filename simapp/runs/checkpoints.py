"""Named places in the step where a test may end the process. Off unless SOCIARIUM_KILL_ORDERS names a folder.

Each file `NAME.order` in that folder is one order, a JSON object: `place` (PLACES), `step` (that one or any
later), and where wanted `run` (its number; any run without it), `worker` (the parent goes down as well: a pool
process together with its worker) and `stop` (SIGSTOP instead of SIGKILL; whoever ordered it sends SIGCONT).
An order is carried out once: before the process ends, the file becomes `NAME.hit` and says `place`, `step`,
`pid` and `at` (seconds since 1970). The real thing dies: no handler runs, no lock is given back.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Every place and the stage of the step that it lies in.
PLACES = {
    "in interventions": "interventions",
    "in active": "active",
    "in rank": "rank",
    "in decide": "decide",
    "in apply": "apply",
    "in remember": "remember",
    "in measure": "measure",
    "in snapshot": "snapshot",  # half of the file is written
    "in commit": "commit",  # nothing is written
    "before commit": "commit",  # the files are there, the transaction has not begun
    "in transaction": "commit",  # all rows are written, the fence has not been asked
    "at the fence": "commit",  # the fence let it pass, nothing is committed
    "after commit": "commit",
    "in publish": "publish",  # nobody was told yet
    "after publish": "publish",
    "in export": "export",  # not of the step: some of the files are written
}

# The places of a decision worker, which the runs' own places say nothing about.
BATCH_PLACES = {
    "in a batch": "decide",  # taken, nothing asked yet
    "batch answered": "decide",  # the model has answered, nothing is kept
    "replies written": "decide",  # the replies are written, nothing is committed
    "batch kept": "decide",  # all is committed, and nobody was told
}


def killer(step: Callable[[], int], run: int) -> Callable[[str], None]:
    """Return the function to call at each place of `run`; it does nothing unless the environment asks for more."""
    folder = os.environ.get("SOCIARIUM_KILL_ORDERS", "")
    if not folder:
        return lambda _place: None

    def at(place: str) -> None:
        for path in sorted(Path(folder).glob("*.order")):
            order = _read(path)
            if order and order["place"] == place and step() >= order["step"] and order.get("run", run) == run:
                _carry_out(path, order, step())

    return at


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}  # another process has just carried it out


def _carry_out(path: Path, order: dict[str, Any], step: int) -> None:
    taken, hit = path.with_suffix(".taken"), path.with_suffix(".hit")
    try:
        path.rename(taken)
    except FileNotFoundError:
        return
    found = {"place": order["place"], "step": step, "pid": os.getpid(), "at": time.time()}
    taken.write_text(json.dumps(found), encoding="utf-8")
    taken.rename(hit)
    if order.get("worker"):
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGSTOP if order.get("stop") else signal.SIGKILL)
