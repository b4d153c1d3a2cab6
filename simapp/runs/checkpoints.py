"""Named places in the step where a test may kill the process. Off unless SOCIARIUM_KILL_AT is set.

`SOCIARIUM_KILL_AT="in rank:6,after commit:12!"` sends SIGKILL to this process when a run reaches the
place at that step or later; with `!` to its parent as well (a pool process dies with its worker). Each
entry fires once: it leaves a file, named after its place, in the folder SOCIARIUM_KILL_ONCE. The real
thing dies: no handler runs, no lock is given back.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path


def killer(step: Callable[[], int]) -> Callable[[str], None]:
    """Return the function to call at each place; it does nothing unless the environment asks for more."""
    wanted, once = os.environ.get("SOCIARIUM_KILL_AT", ""), os.environ.get("SOCIARIUM_KILL_ONCE", "")
    if not wanted or not once:
        return lambda _place: None
    plan = [entry.rpartition(":") for entry in wanted.split(",")]

    def at(place: str) -> None:
        for name, _, when in plan:
            if place == name and step() >= int(when.rstrip("!")):
                mark = Path(once) / name.replace(" ", "-")
                if not mark.exists():
                    mark.write_text(str(step()))
                    if when.endswith("!"):
                        os.kill(os.getppid(), signal.SIGKILL)
                    os.kill(os.getpid(), signal.SIGKILL)

    return at
