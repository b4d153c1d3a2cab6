"""The embedded PostgreSQL: made once, started on a unix socket, nothing on TCP."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

from simapp.stack.errors import StackError
from simapp.stack.paths import POSTGRES_PORT, StatePaths
from simapp.stack.process import Child, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from simapp.stack.place import Place

ROLE = "sociarium"
DATABASE = "sociarium"
DONE_MARK = "sociarium-ready"

# SIGINT: roll back and stop cleanly; SIGQUIT: stop now and recover at the next start.
STOP_STEPS = ((signal.SIGINT, 6.0), (signal.SIGQUIT, 2.0))

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",  # pglz: the packaged server is built without lz4
    "wal_level": "minimal",  # nothing replicates from here
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    # The cores belong to the simulation; queries here are short and indexed.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}

# A test's data do not have to outlive the machine, so they need not wait for the disk.
UNSAFE_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}


def _environment() -> dict[str, str]:
    """A small environment: PostgreSQL reads many PG* variables, and the person's must not reach it."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def ensure_cluster(place: Place, paths: StatePaths) -> bool:
    """Create the data folder's contents once; True when that happened now.

    What an interrupted creation left is removed first, but only where a note says that we had begun to create
    it: a folder with somebody's files in it is refused, whatever the state root was set to.
    """
    data, log = place.postgres_data, paths.logs / "postgres.log"
    begun = _begun_mark(paths)
    if not begun.exists():
        if (data / "PG_VERSION").exists() and (data / DONE_MARK).exists():
            return False
        if any(data.iterdir()):
            raise StackError(
                f"The folder {data} holds files that are not ours; set SOCIARIUM_STATE elsewhere."
            )
        begun.touch()
    _empty(data)
    command = [
        str(place.postgres_home / "bin/initdb"),
        f"--pgdata={data}",
        f"--username={ROLE}",
        # Who can reach the socket is decided by its folder (0700), so the server itself trusts them.
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
    ]
    if os.environ.get("SOCIARIUM_UNSAFE_FAST") == "1":
        command.append("--no-sync")
    with log.open("ab", buffering=0) as sink:
        made = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=_environment(),
            cwd="/",
            check=False,
            **place.account.popen_arguments(),
        )
    if made.returncode != 0:
        raise StackError(f"PostgreSQL could not create its data folder; the reason is in {log}.", code=1)
    return True


def _begun_mark(paths: StatePaths) -> Path:
    return paths.stack / "creating-postgres"


def mark_ready(place: Place, paths: StatePaths) -> None:
    """Say that cluster and database are complete; until then a new start makes them afresh."""
    mark = place.postgres_data / DONE_MARK
    mark.write_text("cluster and database were created completely\n", encoding="utf-8")
    if place.account.other:
        os.chown(mark, place.account.uid, place.account.gid)
    _begun_mark(paths).unlink()


def _empty(data: Path) -> None:
    import shutil

    for entry in data.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def server(place: Place, paths: StatePaths) -> Child:
    """The server as a child that is not started yet."""
    settings = dict(SETTINGS)
    if os.environ.get("SOCIARIUM_UNSAFE_FAST") == "1":
        settings.update(UNSAFE_FAST)
    command = [
        str(place.postgres_home / "bin/postgres"),
        "-D",
        str(place.postgres_data),
        "-k",
        str(paths.sockets),
        "-p",
        str(POSTGRES_PORT),
    ]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return Child(
        "postgres",
        command,
        log=paths.logs / "postgres.log",
        env=_environment(),
        cwd=place.postgres_data,
        account=place.account,
        orphan_signal=signal.SIGINT,
    )


def _client(place: Place, paths: StatePaths, program: str, *arguments: str) -> int:
    return subprocess.run(
        [
            str(place.postgres_home / "bin" / program),
            "-h",
            str(paths.sockets),
            "-p",
            str(POSTGRES_PORT),
            "-U",
            ROLE,
            *arguments,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd="/",
        check=False,
    ).returncode


def await_ready(child: Child, place: Place, paths: StatePaths, *, seconds: float = 60.0) -> None:
    """Wait until the server answers; crash recovery of a large database may take a while."""
    answered = wait_until(
        lambda: _client(place, paths, "pg_isready", "-q", "-d", "postgres") == 0,
        seconds=seconds,
        while_running=child,
    )
    if not answered:
        raise StackError(f"PostgreSQL did not start: {child.last_words() or 'see ' + str(child.log)}", code=1)


def ensure_database(place: Place, paths: StatePaths) -> None:
    """Create the project's database if it is not there; called once, right after the cluster was made."""
    if _client(place, paths, "createdb", DATABASE) != 0:
        raise StackError(
            f"PostgreSQL could not create the database; see {paths.logs / 'postgres.log'}.", code=1
        )
