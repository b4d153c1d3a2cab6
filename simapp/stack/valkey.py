"""The embedded Valkey: broker, task results and channel layer. It keeps nothing: PostgreSQL is the record."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from simapp.stack.errors import StackError
from simapp.stack.process import Child, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from simapp.stack.paths import StatePaths
    from simapp.stack.place import Place

STOP_STEPS = ((signal.SIGTERM, 3.0),)
DATABASES = 64


def server(place: Place, paths: StatePaths) -> Child:
    """The server as a child that is not started yet."""
    command = [str(place.valkey_program)]
    settings = {
        "port": "0",
        "unixsocket": str(paths.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(place.valkey_data),
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "databases": str(DATABASES),
        "daemonize": "no",
        "loglevel": "warning",
    }
    for name, value in settings.items():
        command += [f"--{name}", value]
    return Child(
        "valkey",
        command,
        log=paths.logs / "valkey.log",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        cwd=place.valkey_data,
        account=place.account,
        orphan_signal=signal.SIGTERM,
    )


def answers(path: Path) -> bool:
    """Whether a Redis-protocol server says PONG on this socket."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(1.0)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def await_ready(child: Child, paths: StatePaths, *, seconds: float = 20.0) -> None:
    if not wait_until(lambda: answers(paths.valkey_socket), seconds=seconds, while_running=child):
        raise StackError(f"Valkey did not start: {child.last_words() or 'see ' + str(child.log)}", code=1)
