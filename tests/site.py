"""The whole site as a child process, on the services of the test session."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site(environment: dict[str, str], state: Path, **more: str) -> Iterator[tuple[str, list[str]]]:
    """`manage.py up`: yields its address and the lines it has said; everything is stopped at the end."""
    port = free_port()
    env = {**os.environ, **environment, "SOCIARIUM_STATE": str(state), "PORT": str(port), **more}
    env.pop("SOCIARIUM_DATA", None)
    child = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    opened = threading.Event()

    def listen() -> None:
        assert child.stdout is not None
        for line in child.stdout:
            said.append(line.rstrip())
            if "is open after" in line:
                opened.set()
        opened.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        assert opened.wait(180), said
        assert child.poll() is None, said
        yield f"http://127.0.0.1:{port}", said
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        listener.join(5)
