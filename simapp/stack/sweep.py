"""Stop what a killed launcher left behind, and nothing else.

A server is ours when its working folder is our data folder: PostgreSQL and Valkey both move there, and no
other program has a reason to. That holds without any pid file, so a stale or forged one can do no harm.
"""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from simapp.stack.paths import StatePaths
    from simapp.stack.place import Place

SERVER_NAMES = {"postgres", "valkey-server"}


def leftovers(place: Place) -> list[psutil.Process]:
    """Living server processes that work in this place's data folders, the oldest first."""
    ours = {place.postgres_data.resolve(), place.valkey_data.resolve()}
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            name = process.info["name"] or ""
            # Valkey renames itself to its title, which begins with its program's path or name.
            if name.split(":")[0] not in SERVER_NAMES and not name.startswith("valkey-server"):
                continue
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).resolve() in ours:
                found.append(process)
    return sorted(found, key=lambda process: process.create_time())


def sweep(place: Place, paths: StatePaths) -> int:
    """Stop left-over servers and remove files that would keep a new one from starting; how many were stopped.

    PostgreSQL's own children end with it, so only processes without a parent among the left-overs get the
    first, polite signal. Psutil checks the start time again before each signal.
    """
    found = leftovers(place)
    ids = {process.pid for process in found}
    for process in found:
        with contextlib.suppress(psutil.Error):
            if process.ppid() not in ids:
                process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    _, alive = psutil.wait_procs(found, timeout=8)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    if not leftovers(place):
        # Nobody works in the data folder any more, so this file is stale, whoever its pid belongs to now.
        with contextlib.suppress(FileNotFoundError):
            (place.postgres_data / "postmaster.pid").unlink()
        for stale in (paths.postgres_socket, Path(f"{paths.postgres_socket}.lock"), paths.valkey_socket):
            with contextlib.suppress(FileNotFoundError):
                stale.unlink()
    return len(found)
