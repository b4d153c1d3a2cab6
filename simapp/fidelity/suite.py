"""Runs checks, several at once, and gives one row per check."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from simapp.fidelity.base import Bench, Check, Finding, Missing, skipped
from simapp.fidelity.registry import all_checks, chosen


def run_suite(
    *,
    only: list[str],
    seed: int,
    fast: bool,
    data: Path | None,
    processes: int = 1,
    tell: Callable[[dict[str, Any]], None] = lambda _row: None,
) -> list[dict[str, Any]]:
    """Return one row per chosen check, in the suite's order.

    Keys: name, expected, measured, tolerance, verdict, source, remark, seconds. `tell` gets each row as it comes.
    A check that raises anything but Missing ends the suite: that is a fault, not a finding.
    """
    names = list(chosen(only))
    bench = Bench(seed, fast, data)
    if processes == 1 or len(names) == 1:
        rows = []
        for name in names:
            rows.append(run_check(name, bench))
            tell(rows[-1])
        return rows
    found: dict[str, dict[str, Any]] = {}
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin) as pool:
        # The longest first, so that nobody waits for them at the end.
        futures = [
            pool.submit(_run_group, group, bench) for group in sorted(_groups(names), key=_cost, reverse=True)
        ]
        for future in as_completed(futures):
            for row in future.result():
                found[row["name"]] = row
                tell(row)
    return [found[name] for name in names]


def run_check(name: str, bench: Bench) -> dict[str, Any]:
    """Return the row of one check."""
    check = all_checks()[name]
    began = time.perf_counter()
    finding = _finding(check, bench)
    return {
        "name": name,
        "expected": check.expected,
        "measured": finding.measured,
        "tolerance": finding.tolerance,
        "verdict": finding.verdict,
        "source": check.source,
        "remark": finding.remark,
        "seconds": round(time.perf_counter() - began, 2),
    }


def _finding(check: Check, bench: Bench) -> Finding:
    if bench.fast and not check.fast:
        return skipped("takes longer than --fast allows")
    try:
        return check.run(bench)
    except Missing as missing:
        return skipped(str(missing))


def _groups(names: list[str]) -> list[list[str]]:
    together: dict[str, list[str]] = {}
    for name in names:
        together.setdefault(all_checks()[name].group or name, []).append(name)
    return list(together.values())


def _run_group(names: list[str], bench: Bench) -> list[dict[str, Any]]:
    return [run_check(name, bench) for name in names]


def _cost(names: list[str]) -> int:
    return sum(all_checks()[name].cost for name in names)


def _begin() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simapp.settings")
    import django

    django.setup()
