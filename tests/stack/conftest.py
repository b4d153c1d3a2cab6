"""State roots of their own for tests that start and kill servers."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from simapp.stack.paths import StatePaths
from simapp.stack.place import away_candidates

ROOT = Path(__file__).resolve().parents[2]

HOLD = """
import sys
from simapp.stack.embedded import services
with services() as found:
    print(found.started, flush=True)
    sys.stdin.readline()
"""


def end(paths: StatePaths) -> None:
    """End and remove everything that belongs to a state root."""
    shutil.rmtree(paths.root, ignore_errors=True)
    for process in processes_of(paths):
        with contextlib.suppress(psutil.Error):
            process.kill()
    for folder in (paths.sockets, *away_candidates(paths)):
        shutil.rmtree(folder, ignore_errors=True)


def processes_of(paths: StatePaths) -> list[psutil.Process]:
    """Living processes that belong to a state root: by their environment, or by their folder."""
    found = []
    inside = (str(paths.root), *map(str, away_candidates(paths)))
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            here = process.environ().get("SOCIARIUM_STATE") == str(paths.root) and "keeper" in " ".join(
                process.cmdline()
            )
            if here or process.cwd().startswith(inside):
                found.append(process)
    return found


@pytest.fixture
def make_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Make state roots in open folders; the first one made is the one this process uses."""
    made: list[StatePaths] = []
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)

    def make(mode: int = 0o711) -> StatePaths:
        folder = Path(tempfile.mkdtemp(prefix="sociarium-stack-"))
        folder.chmod(mode)
        paths = StatePaths(folder / "var")
        if not made:
            monkeypatch.setenv("SOCIARIUM_STATE", str(paths.root))
        made.append(paths)
        return paths

    yield make
    for paths in made:
        end(paths)
        shutil.rmtree(paths.root.parent, ignore_errors=True)


@pytest.fixture
def state(make_state) -> StatePaths:
    """One state root, used by this process and its children."""
    return make_state()


@pytest.fixture
def hold_elsewhere(make_state) -> Iterator[object]:
    """Start a process that holds the services of a state root until its stdin is closed."""
    started: list[subprocess.Popen[str]] = []

    def hold(paths: StatePaths) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "SOCIARIUM_STATE": str(paths.root)},
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() in {"True", "False"}
        return process

    yield hold
    for process in started:
        process.kill()
        process.communicate()
