"""Threads for kernels that release the GIL.

Kernels are serial and work on index ranges; this module cuts the ranges. What a kernel writes
for index i depends on i alone, so neither the number of threads nor the cut can show.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Workers:
    """How work is cut: `threads` run at once, `batch` indices per piece (both >= 1)."""

    threads: int = 1
    batch: int = 16_384

    def run(self, n: int, piece: Callable[[int, int], None]) -> None:
        """Call `piece(lo, hi)` over 0 .. n; the first error is raised after all pieces ended."""
        bounds = [(lo, min(lo + self.batch, n)) for lo in range(0, n, self.batch)]
        if self.threads <= 1 or len(bounds) <= 1:
            for lo, hi in bounds:
                piece(lo, hi)
            return
        with ThreadPoolExecutor(max_workers=self.threads) as pool:
            futures = [pool.submit(piece, lo, hi) for lo, hi in bounds]
            for future in futures:
                future.result()


def default_threads() -> int:
    """Return SOCIARIUM_THREADS if set, else the number of usable cores."""
    named = os.environ.get("SOCIARIUM_THREADS", "")
    if named.isdigit() and int(named) > 0:
        return int(named)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
