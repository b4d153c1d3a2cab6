"""Named places in the step where a test may kill the process. Off unless SOCIARIUM_KILL_AT is set.

`SOCIARIUM_KILL_AT=before commit:7` kills this process with SIGKILL when run step 7 reaches the place.
The real thing dies: no handler runs, no lock is given back.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path


def killer(step: Callable[[], int]) -> Callable[[str], None]:
    """Return a function that dies at the place and step that the environment names, once.

    The file SOCIARIUM_KILL_ONCE (a path) is created just before dying, and whoever finds it lives on.
    """
    wanted, once = os.environ.get("SOCIARIUM_KILL_AT", ""), os.environ.get("SOCIARIUM_KILL_ONCE", "")
    if not wanted or not once:
        return lambda _place: None
    place_wanted, _, step_wanted = wanted.rpartition(":")

    def at(place: str) -> None:
        if place == place_wanted and step() == int(step_wanted) and not Path(once).exists():
            Path(once).touch()
            os.kill(os.getpid(), signal.SIGKILL)

    return at
