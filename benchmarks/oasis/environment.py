"""Builds the environment in which OASIS runs, apart from ours: its pins and ours exclude each other."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from simapp.engine.core.errors import SociariumError

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
REQUIREMENTS = HERE / "requirements.txt"
_STAMP = VENV / ".built"
_FITS = "import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 12))"


class CannotBuild(SociariumError):
    """The environment of OASIS cannot be had; the sentence says why."""


def ensure() -> Path:
    """Return the Python of OASIS's environment, building it first where it is missing or out of date.

    `TORCH_INDEX_URL` is honoured as by `make setup`. Raises CannotBuild.
    """
    python = VENV / "bin" / "python"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if python.exists() and _STAMP.exists() and _STAMP.read_text(encoding="ascii") == wanted:
        return python
    began = time.perf_counter()
    say(f"Building OASIS's environment in {VENV.relative_to(HERE.parents[1])} (minutes, once)")
    if not python.exists():
        _run([interpreter(), "-m", "venv", str(VENV)], "make a virtual environment")
    pip = [str(python), "-m", "pip", "-qq", "install", "--disable-pip-version-check"]
    index = os.environ.get("TORCH_INDEX_URL")
    _run([*pip, torch_pin(), *(["--index-url", index] if index else [])], "install torch")
    _run([*pip, "-r", str(REQUIREMENTS)], "install camel-oasis")
    _run([str(python), "-c", "import camel, mcp, sentence_transformers"], "import what OASIS needs")
    _STAMP.write_text(wanted, encoding="ascii")
    say(f"Built in {time.perf_counter() - began:.0f} s")
    return python


def torch_pin() -> str:
    """Return the requirement on torch, which is installed before everything else."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("torch=="))


def interpreter() -> str:
    """Return a Python 3.10 or 3.11, which OASIS asks for. Raises CannotBuild."""
    base = str(Path(sys.base_prefix) / "bin" / "python3")
    for name in (os.environ.get("OASIS_PYTHON"), base, "python3.11", "python3.10", "python3"):
        found = shutil.which(name) if name else None
        if found and subprocess.run([found, "-c", _FITS], capture_output=True, check=False).returncode == 0:
            return found
    raise CannotBuild("OASIS needs Python 3.10 or 3.11; none was found. Name one: OASIS_PYTHON=/path/to/python3.11")


def say(line: str) -> None:
    """Tell the person how far it is; results go to stdout."""
    print(line, file=sys.stderr, flush=True)


def _run(command: list[str], purpose: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise CannotBuild(f"Could not {purpose} for OASIS: {lines[-1] if lines else done.returncode}")
