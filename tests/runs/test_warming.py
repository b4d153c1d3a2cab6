"""The rehearsal of a worker leaves nothing in the process that a fork would break."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys, threading, django
django.setup()
from simapp.runs.warming import before_fork
before_fork()
print(threading.active_count(), sorted({"torch", "polars"} & set(sys.modules)), "numba" in sys.modules)
"""


def test_a_rehearsal_starts_no_thread_and_loads_neither_encoder_nor_parquet() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["1", "[]", "True"], done.stderr


def test_every_kind_of_scenario_is_rehearsed() -> None:
    from simapp.runs.warming import rehearse
    from simapp.scenarios.gallery import list_gallery

    assert len(rehearse(feed="chronological")) == len(list_gallery())
