"""Deffuant opinions gather in the known number of large camps."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.statistics import clusters
from simapp.fidelity.worlds import assemble, seed_of, silent

TOPICS = ["housing", "transport", "climate", "schools", "health"]
WORLDS = 2
BANDS = {0.4: (1, 1), 0.25: (1.8, 2.2), 0.2: (1.8, 2.2), 0.15: (2.7, 3.3), 0.1: (4.0, 5.0), 0.05: (8.0, 9.2)}
BRIEF = (0.4, 0.2, 0.1)
STEPS = 140


class Here(Check):
    """10 000 users, two worlds of five topics with first opinions of their own each. A camp: apart by 0.01, at least
    5 % of all."""

    order = 6
    expected = "mean number of camps at epsilon 0.4, 0.25, 0.2, 0.15, 0.1, 0.05: 1, 2, 2, 3, 4-5, 8-9"
    source = "simulation at the same sizes; about 0.85 of the 1 / (2 epsilon) of Deffuant et al. 2000"
    cost = 30

    def run(self, bench: Bench) -> Finding:
        users = bench.size(10_000, 3_000)
        said, ok = [], True
        for nth, (epsilon, (low, high)) in enumerate(BANDS.items()):
            if bench.fast and epsilon not in BRIEF:
                continue
            document = silent(
                users, {"kind": "deffuant", "epsilon": epsilon, "mu": 0.5, "contacts": "everyone"}
            )
            document["topics"] = TOPICS
            document["population"]["opinions"] = {"kind": "uniform", "mean": 0.5, "spread": 0.5}
            counts = []
            for world in range(WORLDS):
                simulation = assemble(document, seed_of(bench, "clusters", WORLDS * nth + world))
                for _ in range(STEPS):
                    simulation.step()
                x = simulation.world.users.opinions
                counts += [clusters(x[:, t], gap=0.01, mass=0.05) for t in range(x.shape[1])]
            mean = float(np.mean(counts))
            said.append(f"{epsilon:g}: {mean:.1f}")
            ok &= low <= mean <= high
        bands = "; ".join(f"{e:g}: {lo:g}-{hi:g}" for e, (lo, hi) in BANDS.items())
        return judged(ok, "; ".join(said), bands)
