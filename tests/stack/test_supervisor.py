"""The supervisor starts again what dies and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from simapp.stack.embedded import Addresses
from simapp.stack.process import wait_until
from simapp.stack.supervisor import Supervisor
from tests.stack.conftest import ROOT, processes_of

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen(['sleep', '600']); print(child.pid, flush=True); time.sleep(600)",
]


@pytest.fixture
def supervisor(state):
    state.make()
    lines: list[str] = []
    supervisor = Supervisor(Addresses("postgresql://x/y", "redis://x"), say=lines.append)
    supervisor.lines = lines
    yield supervisor
    supervisor.stop()


def turn_until(supervisor: Supervisor, ready) -> bool:
    def turn() -> bool:
        supervisor.look_after()
        return ready()

    return wait_until(turn, seconds=15)


def test_a_dead_child_is_started_again_and_one_line_says_so(supervisor):
    supervisor.add("sleeper", SLEEPER, stop=((signal.SIGTERM, 2),))
    child = supervisor.watched[0].child
    first = child.process.pid
    child.process.kill()
    assert turn_until(supervisor, lambda: child.running and child.process.pid != first)
    assert len(supervisor.lines) == 1
    assert supervisor.lines[0].startswith("sleeper ended (by SIGKILL) and is started again in 0.5 s")


def test_the_pause_grows_while_a_child_keeps_failing(supervisor):
    supervisor.add("broken", [sys.executable, "-c", "raise SystemExit(3)"], stop=((signal.SIGTERM, 1),))
    assert turn_until(supervisor, lambda: len(supervisor.lines) == 3)
    assert [line.split(" in ")[1].split(";")[0] for line in supervisor.lines] == ["0.5 s", "1 s", "2 s"]
    assert "status 3" in supervisor.lines[0]


def test_children_get_the_addresses_and_one_thread(supervisor, state):
    show = "import os; print(*map(os.environ.get, ('DATABASE_URL', 'OMP_NUM_THREADS', 'MORE')), flush=True)"
    supervisor.add("shows", [sys.executable, "-c", show], stop=((signal.SIGTERM, 1),), MORE="more")
    supervisor.watched[0].child.wait(10)
    assert (state.logs / "shows.log").read_text() == "postgresql://x/y 1 more\n"


def test_who_ignores_the_polite_signal_is_killed_with_all_it_started(supervisor, state):
    supervisor.add("stubborn", STUBBORN, stop=((signal.SIGTERM, 0.3), (signal.SIGQUIT, 0.3)))
    log = state.logs / "stubborn.log"
    assert wait_until(lambda: log.read_text().strip().isdigit(), seconds=10)
    grandchild = psutil.Process(int(log.read_text()))
    supervisor.stop()
    assert wait_until(
        lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE, seconds=5
    )


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal")
def test_children_end_with_a_killed_parent(state):
    state.make()
    script = (
        "import sys, time; from pathlib import Path; from simapp.stack.process import Child;"
        f"log = Path({str(state.logs / 'c.log')!r});"
        "child = Child('c', ['sleep', '600'], log=log, env={}, cwd=Path('/'));"
        "child.start(); print(child.process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    assert wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, seconds=5)


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def start_up(port: int, *wrapper: str, **env: str) -> tuple[subprocess.Popen[str], list[str]]:
    """Start ``manage.py up`` and read until it says that the page is open."""
    process = subprocess.Popen(
        [*wrapper, sys.executable, "-u", "manage.py", "up", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "SOCIARIUM_RUN_SLOTS": "1", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    timer = threading.Timer(60, process.kill)
    timer.start()
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if "is open" in line:
            break
    timer.cancel()
    return process, lines


@pytest.mark.slow
def test_up_opens_the_page_repairs_it_and_leaves_nothing(state, free_port):
    process, lines = start_up(free_port)
    try:
        assert f"http://127.0.0.1:{free_port} is open" in lines[-1], lines
        second = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(free_port + 1)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert second.returncode == 2
        assert "already runs" in second.stderr
        web = next(p for p in psutil.Process(process.pid).children() if "uvicorn" in p.cmdline())
        web.kill()
        assert any("web ended (by SIGKILL)" in line for line in process.stdout)
    finally:
        began = time.monotonic()
        process.terminate()
        output, _ = process.communicate()
    assert process.returncode == 0
    assert "Stopping." in output
    assert time.monotonic() - began < 10
    assert processes_of(state) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal")
def test_a_killed_supervisor_takes_everything_with_it(state, free_port):
    process, lines = start_up(free_port)
    assert "is open" in lines[-1], lines
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    assert wait_until(
        lambda: (
            processes_of(state) == [] and not any(p.is_running() and p.status() != "zombie" for p in children)
        ),
        seconds=10,
    )
