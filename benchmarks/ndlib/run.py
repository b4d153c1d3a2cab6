"""Write NDlib's final-size distributions, which the fidelity suite compares with: python -m benchmarks.ndlib.run

Builds NDlib's environment where it is missing. The political blogs are read from the folder of real data (--data); the
file that is written holds sizes and how often each came, nothing of the networks.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "simapp" / "fidelity" / "data" / "ndlib.json"
RUNS = 5000
SEED = 20_260_105


def main() -> None:
    """Run NDlib and write what it found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simapp.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from benchmarks.ndlib.environment import ensure
    from simapp.fidelity.oracle import CASES, pairs_of

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of real data"
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    cases: dict[str, dict[str, Any]] = {}
    for name, case in CASES.items():
        pairs, users = pairs_of(case, asked.data)
        cases[name] = {**case, "pairs": pairs.tolist(), "users": users, "runs": asked.runs}
    done = subprocess.run(
        [str(ensure()), str(Path(__file__).with_name("ndlib_side.py"))],
        input=json.dumps({"seed": SEED, "cases": cases}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    sizes = json.loads(done.stdout)
    found = {name: {**case, "runs": asked.runs, "sizes": sizes[name]} for name, case in CASES.items()}
    written = {"library": "NDlib 6.0.1", "seed": SEED, "cases": found}
    OUT.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {OUT.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
