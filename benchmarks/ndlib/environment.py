"""The Python environment in which NDlib runs: its own, built once and rebuilt when its requirements change."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from simapp.engine.core.errors import SociariumError

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
REQUIREMENTS = HERE / "requirements.txt"
_STAMP = VENV / ".built"


class CannotBuild(SociariumError):
    """The environment of NDlib cannot be had; the sentence says why."""


def ensure() -> Path:
    """Return the Python of NDlib's environment, building it first where it is missing or out of date; CannotBuild."""
    python = VENV / "bin" / "python"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if python.exists() and _STAMP.exists() and _STAMP.read_text(encoding="ascii") == wanted:
        return python
    print(
        f"Building NDlib's environment in {VENV.relative_to(HERE.parents[1])} (a minute, once)",
        file=sys.stderr,
    )
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(VENV)], "make a virtual environment")
    pip = [str(python), "-m", "pip", "-qq", "install", "--disable-pip-version-check"]
    _run([*pip, "-r", str(REQUIREMENTS)], "install NDlib")
    _run([str(python), "-c", "import ndlib.models.epidemics"], "import NDlib")
    _STAMP.write_text(wanted, encoding="ascii")
    return python


def _run(command: list[str], purpose: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise CannotBuild(f"Could not {purpose}: {lines[-1] if lines else done.returncode}")
