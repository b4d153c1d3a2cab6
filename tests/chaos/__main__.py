"""`python -m tests.chaos --kills 100 --seed 1`: a site of its own, disturbed that often, and what came of it.

Exit codes: 0 nothing was lost, 1 something was, or a run went on too late, 2 wrong input.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SHORT = 20  # a storm of fewer kills has fewer stories and shorter runs


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="how often something is disturbed")
    parser.add_argument("--seed", type=int, default=1, help="draws what, how and when")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line; all else to stderr")
    parser.add_argument("--keep", action="store_true", help="leave the site's folder for looking at it")
    found = parser.parse_args()
    for name, least, most in (("kills", 1, 10_000), ("seed", 0, 2**31 - 1)):
        if not least <= getattr(found, name) <= most:
            parser.error(f"--{name} is {getattr(found, name)}; it must be a whole number from {least} to {most}.")
    return found


def storm_of(kills: int, seed: int, folder: Path, say: Any) -> dict[str, Any]:
    """Start a site in `folder`, disturb it, stop it; return the summary."""
    from tests.site import running_site

    began = time.monotonic()
    orders = folder / "orders"
    orders.mkdir()
    site = {"SOCIARIUM_KILL_ORDERS": str(orders), "SOCIARIUM_RUN_SLOTS": "5", "SOCIARIUM_THREADS": "1"}
    # Should this process be killed itself, the site ends with it.
    site |= {"SOCIARIUM_LOG_LEVEL": "INFO", "SOCIARIUM_STOP_WITH_PARENT": "1"}
    with running_site({}, folder / "var", **site) as (address, said):
        import django

        django.setup()
        from simapp.stack.paths import StatePaths
        from simapp.web.sign_in import local_owner, make_link
        from tests.chaos import plan, report
        from tests.chaos.blows import Blows
        from tests.chaos.fleet import Fleet
        from tests.chaos.orders import Orders
        from tests.chaos.parts import Parts, supervisor_of
        from tests.chaos.storm import Storm
        from tests.chaos.visitor import Visitor

        paths = StatePaths.here()
        short = kills < SHORT
        fleet = Fleet(local_owner(), steps=50, pace=8.0) if short else Fleet(local_owner(), steps=90, pace=5.0)
        fleet.undisturbed(kinds=3 if short else 5, seeds=1 if short else 2)
        say(f"the site is up and {len(fleet.stories)} runs went undisturbed, after {time.monotonic() - began:.1f} s")
        visitor = Visitor(address, make_link(address))
        storm = Storm(Blows(Parts(supervisor_of(paths), paths, address), fleet, Orders(orders)), visitor, say)
        fleet.started = storm.watch
        try:
            storm.rounds(plan.draw(kills, seed))
        except Exception as problem:  # noqa: BLE001 - a storm that cannot go on is a loss, and what it found is told
            storm.losses.append(f"the storm broke off: {problem!r}")
        found = report.summary(storm, seed=seed, seconds=time.monotonic() - began)
        if not found["good"]:
            say("\n".join(said[-30:]))
        return found


def main() -> int:
    """Do what the command line says; return the exit code."""
    chosen = options()
    out = sys.stderr if chosen.json else sys.stdout

    def say(line: str) -> None:
        print(line, file=out, flush=True)

    folder = Path(tempfile.mkdtemp(prefix="sociarium-chaos-"))
    folder.chmod(0o711)
    # A database that is killed keeps only what it waited for the disk with: never with the tests' fast settings.
    for name in ("DATABASE_URL", "REDIS_URL", "SOCIARIUM_DATA", "SECRET_KEY", "SOCIARIUM_UNSAFE_FAST"):
        os.environ.pop(name, None)
    os.environ["SOCIARIUM_STATE"] = str(folder / "var")
    os.environ["DJANGO_SETTINGS_MODULE"] = "simapp.settings"
    # The driver's own warnings are about services that it has taken away itself.
    os.environ["SOCIARIUM_LOG_LEVEL"] = "ERROR"
    from tests.chaos.report import table

    try:
        found = storm_of(chosen.kills, chosen.seed, folder, say)
    finally:
        if chosen.keep:
            say(f"the site's folder is {folder}")
        else:
            from tests.conftest import remove_state

            remove_state(folder / "var")
            shutil.rmtree(folder, ignore_errors=True)
    say(table(found))
    if chosen.json:
        print(json.dumps(found))
    return 0 if found["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
