"""Child processes: started with a log, ended with their parent, stopped politely and then firmly."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from simapp.stack.account import Account

LOG_LIMIT_BYTES = 5_000_000

# Several processes share the cores; left alone, each would start one thread per core and they would fight.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "2",
    "TOKENIZERS_PARALLELISM": "false",
}

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(sign: int, parent: int | None = None) -> None:
    """Ask the kernel to signal this process when its parent ends (Linux; elsewhere a thread watches).

    ``parent`` is the id the parent had when it started us: if it is gone already, we end at once.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, sign, 0, 0, 0)
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), sign)
        return
    expected = os.getppid() if parent is None else parent

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == expected:
            pause.wait(0.5)
        os.kill(os.getpid(), sign)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def follow_parent_from_environment() -> None:
    """In a Python child, where there is no parent-death signal: watch the parent that the variable names."""
    named = os.environ.get("SOCIARIUM_PARENT", "")
    if _LIBC is None and named.isdigit() and int(named) == os.getppid():
        die_with_parent(signal.SIGTERM, int(named))


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; one that has grown large makes room and is kept once as ``.1``."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(path.suffix + ".1"))
    return path.open("ab", buffering=0)


class Child:
    """One child process, restartable.

    It leads a session of its own, so Ctrl-C at the terminal reaches only the supervisor, which then stops its
    children in order; and ``stop`` can end what the child itself has started.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        account: Account | None = None,
        orphan_signal: int = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.env = dict(env)
        self.cwd = cwd
        self.account = account
        self.orphan_signal = orphan_signal
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process. Call it from a thread that lives as long as the child should."""
        parent, sign = os.getpid(), self.orphan_signal

        def before_exec() -> None:
            if _LIBC is not None:
                die_with_parent(sign, parent)

        as_account = {} if self.account is None else self.account.popen_arguments()
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self.env, "SOCIARIUM_PARENT": str(parent)},
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 - the only way to set the parent-death signal
                **as_account,
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_status(self) -> int | None:
        return None if self.process is None else self.process.poll()

    def send(self, sign: int) -> None:
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(sign)

    def wait(self, seconds: float) -> bool:
        """Whether the process has ended within that time."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill_session(self) -> None:
        """End whatever is left of the child's session, grandchildren included."""
        if self.process is not None:
            # The child is its session's leader; its id stays reserved while the group has a member.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self, steps: Sequence[tuple[int, float]] = ((signal.SIGTERM, 5.0),)) -> None:
        """Send each signal in turn and wait its seconds; whoever is left after the last is killed."""
        if self.process is None:
            return
        for sign, seconds in steps:
            if not self.running:
                break
            self.send(sign)
            if self.wait(seconds):
                break
        self.kill_session()
        self.wait(2.0)

    def last_words(self, lines: int = 3) -> str:
        """The end of the log, for a message that says why the process failed."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - 4000))
                text = log.read().decode("utf-8", "replace")
        except OSError:
            return ""
        return " / ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip())


def wait_until(ready: Callable[[], bool], *, seconds: float, while_running: Child | None = None) -> bool:
    """Ask until ``ready`` says yes, the time is over, or the child it depends on has ended."""
    deadline = time.monotonic() + seconds
    pause = 0.01
    while time.monotonic() < deadline:
        if ready():
            return True
        if while_running is not None and not while_running.running:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return False
