"""The small process that owns PostgreSQL and Valkey for as long as anybody uses them.

``python -m simapp.stack.keeper`` is started by the first command that needs the services. Every command
that uses them holds a shared lock on one file; the keeper waits for the exclusive lock on it. The kernel lets
go of a lock when its holder ends, by whatever death, so the keeper always learns when the last user is gone,
stops the servers and ends. If the keeper itself is killed, the kernel stops its servers (Linux), or the next
start sweeps them away.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from simapp.stack import postgres, valkey
from simapp.stack.errors import StackError
from simapp.stack.locks import EXCLUSIVE, FileLock
from simapp.stack.paths import CHECKOUT, SOCKET_PATH_LIMIT, StatePaths, secure_folder
from simapp.stack.place import Place, choose_place
from simapp.stack.record import ProcessId, Status
from simapp.stack.sweep import sweep

if TYPE_CHECKING:
    from simapp.stack.process import Child

POLL_S = 0.5
BACK_OFF_S = (0.5, 1, 2, 5, 10)
# A server that lived this long was well; its next end is a first one again.
HEALTHY_AFTER_S = 5.0


class Keeper:
    """Start the servers, start them again when one dies, stop them when nobody is left."""

    def __init__(self, paths: StatePaths) -> None:
        self.paths = paths
        self.stop_asked = threading.Event()
        self.place: Place = choose_place(paths)
        self.children: dict[str, Child] = {}
        self.status = Status(ProcessId.of(os.getpid()), data=str(self.place.base))
        self.next_try: dict[str, float] = {}
        self.launched: dict[str, float] = {}
        self.failures: dict[str, int] = {}

    def start(self) -> None:
        account = self.place.account
        if len(os.fsencode(self.paths.postgres_socket)) + len(".lock") > SOCKET_PATH_LIMIT:
            raise StackError(f"The socket path {self.paths.postgres_socket} is too long for this system.")
        secure_folder(self.paths.sockets, uid=account.uid, gid=account.gid)
        swept = sweep(self.place, self.paths)
        if swept:
            say(f"stopped {swept} processes that an earlier start had left behind")
        fresh = postgres.ensure_cluster(self.place, self.paths)
        self.children = {
            "valkey": valkey.server(self.place, self.paths),
            "postgres": postgres.server(self.place, self.paths),
        }
        for name in self.children:
            self._launch(name)
        valkey.await_ready(self.children["valkey"], self.paths)
        postgres.await_ready(self.children["postgres"], self.place, self.paths)
        if fresh:
            postgres.ensure_database(self.place, self.paths)
            postgres.mark_ready(self.place, self.paths)
        self.status.write(self.paths.status)

    def _launch(self, name: str) -> None:
        child = self.children[name]
        child.start()
        self.launched[name] = time.monotonic()
        if child.process is not None:
            self.status.servers[name] = ProcessId.of(child.process.pid)

    def watch(self) -> None:
        """Return when nobody uses the services any more or a signal asked for the end."""
        self._wait_for_last_user()
        while not self.stop_asked.wait(POLL_S):
            for name, child in self.children.items():
                if not child.running:
                    self._revive(name, child)

    def _wait_for_last_user(self) -> None:
        self.users = FileLock(self.paths.users_lock)

        def wait() -> None:
            self.users.acquire(EXCLUSIVE)
            self.stop_asked.set()

        threading.Thread(target=wait, name="last-user", daemon=True).start()

    def _revive(self, name: str, child: Child) -> None:
        now = time.monotonic()
        if name not in self.next_try:
            if now - self.launched[name] > HEALTHY_AFTER_S:
                self.failures[name] = 0
            failures = self.failures.get(name, 0)
            self.failures[name] = failures + 1
            self.next_try[name] = now + BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
            say(f"{name} ended with status {child.exit_status}; {child.last_words(1)}")
        elif now >= self.next_try[name]:
            del self.next_try[name]
            self.status.restarts[name] = self.status.restarts.get(name, 0) + 1
            self._launch(name)
            self.status.write(self.paths.status)
            say(f"{name} was started again")

    def stop(self) -> None:
        """Stop both at once and wait for both; what is committed is on disk either way."""
        order = (("valkey", valkey.STOP_STEPS), ("postgres", postgres.STOP_STEPS))
        for name, steps in order:
            if name in self.children:
                self.children[name].send(steps[0][0])
        for name, steps in order:
            if name in self.children:
                self.children[name].stop(steps)
        self.paths.status.unlink(missing_ok=True)


def say(sentence: str) -> None:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    sys.stderr.write(f"{stamp} {sentence}\n")
    sys.stderr.flush()


def main() -> int:
    """Keep the servers of the state root in the environment; one line on stdout says how the start went."""
    os.chdir(CHECKOUT)
    keeper: Keeper | None = None

    def asked_to_stop(*_: object) -> None:
        if keeper is None:
            raise SystemExit(1)
        keeper.stop_asked.set()

    signal.signal(signal.SIGTERM, asked_to_stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        keeper = Keeper(StatePaths.here())
        keeper.start()
    except StackError as problem:
        if keeper is not None:
            keeper.stop()
        answer(f"failed {problem.code} {problem}")
        return problem.code
    except BaseException:
        if keeper is not None:
            keeper.stop()
        raise
    answer("ready")
    try:
        keeper.watch()
    finally:
        keeper.stop()
    return 0


def answer(line: str) -> None:
    """Tell whoever started us, who may be gone already, and let the pipe go."""
    try:
        os.write(1, " ".join(line.split()).encode() + b"\n")
    except OSError:
        say(f"nobody heard: {line}")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


if __name__ == "__main__":
    sys.exit(main())
