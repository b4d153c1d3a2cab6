"""A short storm on a site of its own: nothing is lost, and every part came to its turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.plan import DECISIONS, NAMED, POSTGRES, VALKEY, WEB

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_site_of_which_every_part_is_struck_loses_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--kills", "11", "--seed", "0", "--json"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.stdout.strip(), done.stderr[-6000:]
    found = json.loads(done.stdout.splitlines()[-1])
    # How soon a run goes on is a matter of the machine; that nothing is lost is not.
    assert found["losses"] == [], done.stderr[-6000:]
    assert found["kills"] == 11
    assert all(found["hits"][stage] >= 1 for stage in NAMED), found["hits"]
    assert {POSTGRES, VALKEY, WEB, DECISIONS} <= set(found["by_target"])
    assert found["runs"] >= 3
    assert found["exports"] >= 3
    assert found["resumes"] >= 11
    print(json.dumps(found))
