"""DeGroot averaging on the karate club ends in the known consensus."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.graphs import KARATE_MEMBERS, karate
from simapp.fidelity.worlds import assemble, seed_of, silent

CONSENSUS = 0.4937799043


class Here(Check):
    """Members begin with i / 33, count themselves once, and average for 400 steps."""

    order = 3
    expected = f"consensus {CONSENSUS}"
    source = "DeGroot 1974: sum of pi_i x_i(0), pi in proportion to degree + 1"

    def run(self, bench: Bench) -> Finding:
        document = silent(KARATE_MEMBERS, {"kind": "degroot", "own": 1.0, "contacts": "follows"})
        first = np.arange(KARATE_MEMBERS)[:, None] / (KARATE_MEMBERS - 1)
        simulation = assemble(document, seed_of(bench, "degroot"), edges=karate(), opinions=first)
        for _ in range(400):
            simulation.step()
        x = simulation.world.users.opinions[:, 0]
        worst = float(np.abs(x - CONSENSUS).max())
        return judged(worst < 1e-9, f"{x.mean():.10f}, all within {np.ptp(x):.1e}", "1e-9 for everybody")
