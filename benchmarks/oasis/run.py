"""OASIS and Sociarium side by side: the same world, the same actions, alternating in one run.

    make bench-oasis
    .venv/bin/python benchmarks/oasis/run.py --sizes 1000,10000 --rounds 5 --json

See README.md beside this file for what is measured and what is not the same.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks.oasis import environment  # noqa: E402 - needs the path above
from simapp.engine.core.errors import SociariumError, WrongInput  # noqa: E402
from simapp.engine.core.threads import Workers, default_threads  # noqa: E402
from simapp.stack.embedded import services  # noqa: E402
from simapp.stack.errors import StackError  # noqa: E402

PARTS = ("actions", "steps", "updates")
SMALLEST, LARGEST = 100, 1_000_000


def main() -> int:
    """Run the bench; 0 done, 1 failed or the sides differ, 2 wrong input."""
    options = _options()
    # Servers and OASIS's process are stopped on the way out, however this one is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        plan_of(options)
        python = environment.ensure()
        if options.build_only:
            return 0
        with tempfile.TemporaryDirectory(prefix="sociarium-oasis-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            folder.chmod(0o711)
            # Servers of its own, gone afterwards, unless the environment names others.
            os.environ["SOCIARIUM_STATE"] = str(folder / "var")
            os.environ.setdefault("SOCIARIUM_LOG_LEVEL", "WARNING")
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
            os.environ["DJANGO_SETTINGS_MODULE"] = "simapp.settings"
            with services() as found:
                os.environ.update(found.environment())
                return _measure(options, python, folder)
    except (SociariumError, StackError) as problem:
        environment.say(str(problem))
        return problem.code if isinstance(problem, StackError) else 2 if isinstance(problem, WrongInput) else 1


def plan_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the plan's values, checked; raises WrongInput."""
    try:
        sizes = tuple(int(size) for size in options.sizes.split(","))
    except ValueError:
        sizes = ()
    if not sizes or not all(SMALLEST <= size <= LARGEST for size in sizes):
        raise WrongInput(f"--sizes is {options.sizes!r}; it must be numbers from {SMALLEST} to {LARGEST}, with commas.")
    for name in ("rounds", "actions", "actions_large", "threads"):
        if getattr(options, name) < 1:
            raise WrongInput(f"--{name.replace('_', '-')} is {getattr(options, name)}; it must be at least 1.")
    unknown = set(options.parts.split(",")) - set(PARTS)
    if unknown:
        raise WrongInput(f"--parts names {', '.join(sorted(unknown))}; known are {', '.join(PARTS)}.")
    names = ("rounds", "actions", "actions_large", "full_step", "interest", "seed")
    return {"sizes": sizes, **{name: getattr(options, name) for name in names}}


def _measure(options: argparse.Namespace, python: Path, folder: Path) -> int:
    import django

    django.setup()
    from benchmarks.oasis import phases, recommenders, table
    from benchmarks.oasis.partner import Partner
    from simapp.management.base import prepare_database
    from simapp.store.models import Run

    prepare_database(load_gallery=False)
    plan = phases.Plan(**plan_of(options))
    parts = {"actions": phases.actions, "steps": phases.steps, "updates": recommenders.updates}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    began = time.perf_counter()
    earlier = set(Run.objects.values_list("pk", flat=True))
    workers = Workers(options.threads)
    phases.load_kernels(workers)
    with Partner(python, folder, threads=options.threads) as partner:
        for users in plan.sizes:
            setting = phases.Setting(plan, users, partner, folder, workers)
            for name in PARTS:
                if name in options.parts.split(","):
                    environment.say(f"{users} users: {name} … ({phases.clock(began)})")
                    rows = parts[name](setting)
                    found[name] += rows
                    # Half an hour is long: what is known so far is shown as it comes.
                    environment.say(table.TABLES[name](rows))
    print(table.report(found))
    figures = {
        "oasis": "0.2.5",
        "threads": options.threads,
        "seconds": round(time.perf_counter() - began, 1),
        "runs": len(set(Run.objects.values_list("pk", flat=True)) - earlier),
        **found,
    }
    if options.json:
        print(json.dumps(figures, allow_nan=False))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of users (default 1000,10000,100000)")
    parser.add_argument("--parts", default=",".join(PARTS), help="what to measure (default all)")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds after a warm-up (default 3)")
    parser.add_argument("--actions", type=int, default=1000, help="actions per kind and round of OASIS's side")
    parser.add_argument("--actions-large", type=int, default=200, help="the same from 50,000 users (default 200)")
    parser.add_argument("--full-step", type=int, default=10_000, help="largest world in which all act in OASIS's step")
    parser.add_argument("--interest", type=int, default=1000, help="largest world for OASIS's interest recommender")
    parser.add_argument("--threads", type=int, default=default_threads(), help="threads for both sides")
    parser.add_argument("--seed", type=int, default=1, help="seed of the world and the lists (default 1)")
    parser.add_argument("--build-only", action="store_true", help="build OASIS's environment and stop")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object, as the last line")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
