"""Is the port of the web page free?"""

from __future__ import annotations

import errno
import os
import socket

from simapp.stack.errors import StackError

HOST = "127.0.0.1"
DEFAULT_PORT = 8000


def port_from(text: str | int | None) -> int:
    """A port number from an option, ``PORT``, or the default."""
    chosen = str(text if text is not None else os.environ.get("PORT") or DEFAULT_PORT).strip()
    if not chosen.isdecimal() or not 1 <= int(chosen) <= 65_535:
        raise StackError(f"PORT is {chosen!r}; it must be a number from 1 to 65535.")
    return int(chosen)


def refuse_used_port(port: int, host: str = HOST) -> None:
    """Raise StackError when the port cannot be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the web server does it: a connection that has just ended does not count as use.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise StackError(
                    f"Port {port} is already in use; choose another one, for example PORT={port + 1}."
                ) from problem
            raise StackError(
                f"Port {port} cannot be used ({problem.strerror}); choose another one by PORT=…"
            ) from problem


def port_answers(port: int, host: str = HOST) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False
