"""The Makefile's promises on a fresh machine: a list of commands, and one sentence per problem."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def fresh(tmp_path, project_root) -> Path:
    """A checkout in which nothing has been set up."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(project_root / name, tmp_path / name)
    return tmp_path


def make(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
    path.chmod(0o755)
    return path


def first_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    return done.stderr.splitlines()[0]


def test_make_alone_lists_the_commands(fresh):
    done = make(fresh)
    assert done.returncode == 0
    assert {"setup", "demo", "test", "chaos", "check", "clean"} <= {
        line.split()[1] for line in done.stdout.splitlines()[1:-1]
    }
    assert not (fresh / ".venv").exists()


def test_an_old_python_is_one_sentence(fresh, tmp_path):
    old = program(tmp_path / "old", "exit 1")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    for name in ("make", "sh", "grep", "mkdir", "touch"):
        (bin_folder / name).symlink_to(shutil.which(name))
    done = subprocess.run(
        ["make", "setup", f"PYTHON={old}"],
        cwd=fresh,
        env={"PATH": str(bin_folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert first_line(done).startswith("Python 3.11 or newer is needed and was not found")


def test_a_missing_venv_module_is_one_sentence(fresh, tmp_path):
    without = program(tmp_path / "python", 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    line = first_line(make(fresh, "setup", f"PYTHON={without}"))
    assert line.startswith("This Python cannot make virtual environments; install its venv package")


def test_too_little_disk_is_one_sentence(fresh, tmp_path):
    full = program(
        tmp_path / "python",
        'case "$2" in *disk_usage*)'
        ' echo "Only 0.3 GiB are free here and 4 GiB are needed; free some space first." >&2; exit 1;;'
        " *) exit 0;; esac",
    )
    line = first_line(make(fresh, "setup", f"PYTHON={full}"))
    assert line == "Only 0.3 GiB are free here and 4 GiB are needed; free some space first."
    assert not (fresh / ".venv").exists()


def test_torch_comes_first_and_from_the_named_index(fresh):
    """Anything that needs torch would otherwise choose its build, and fetch gigabytes."""
    index = "https://wheels.example/cpu"
    commands = make(fresh, "--dry-run", "setup", f"TORCH_INDEX_URL={index}").stdout
    torch_at, rest_at = (
        commands.index(f'--index-url "{index}"'),
        commands.index("-r .venv/.stamps/runtime.txt"),
    )
    assert "torch==2.13.0" in commands[:torch_at]
    assert torch_at < rest_at


def test_a_finished_setup_has_nothing_to_do(fresh):
    stamps = fresh / ".venv/.stamps"
    stamps.mkdir(parents=True)
    for name in ("venv", "torch", "runtime", "warm"):
        (stamps / name).touch()
    done = make(fresh, "setup")
    assert done.returncode == 0
    assert "Installing" not in done.stdout


def test_every_dependency_is_pinned(project_root):
    import re
    import tomllib

    project = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pins = {
        re.sub(r"[-_.]+", "-", line.split("==")[0]).lower()
        for line in (project_root / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    names = {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~ ;]", line)[0]).lower() for line in wanted}
    assert names - pins == set()
