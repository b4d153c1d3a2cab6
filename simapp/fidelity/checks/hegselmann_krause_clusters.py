"""Hegselmann-Krause opinions freeze in the known number of camps, in their first order."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.statistics import clusters
from simapp.fidelity.worlds import assemble, seed_of, silent

STEPS = 60
CAMPS = {0.25: 1, 0.18: 2}


class Here(Check):
    """5000 users, uniform first opinions, all within epsilon averaged at once, until nobody moves."""

    order = 7
    expected = "1 camp at epsilon 0.25, 2 at 0.18; order kept; camps more than epsilon apart"
    source = "Hegselmann & Krause 2002; counts by simulation at the same size"

    def run(self, bench: Bench) -> Finding:
        said, ok = [], True
        for nth, (epsilon, camps) in enumerate(CAMPS.items()):
            document = silent(5000, {"kind": "hegselmann_krause", "epsilon": epsilon, "contacts": "everyone"})
            document["population"]["opinions"] = {"kind": "uniform", "mean": 0.5, "spread": 0.5}
            simulation = assemble(document, seed_of(bench, "camps", nth))
            x = simulation.world.users.opinions[:, 0]
            order = np.argsort(x, kind="stable")
            kept, moved, step = True, np.inf, 0
            while moved > 1e-9 and step < STEPS:
                before = x.copy()
                simulation.step()
                # Sums over thousands of opinions round: what is equal may differ in the last digits.
                kept &= bool((np.diff(x[order]) > -1e-9).all())
                moved, step = float(np.abs(x - before).max()), step + 1
            found = clusters(x, gap=1e-6)
            apart = found == clusters(x, gap=epsilon)
            said.append(f"{epsilon:g}: {found} after {step} steps")
            ok &= found == camps and kept and apart and moved <= 1e-9
        return judged(ok, "; ".join(said), "exact")
