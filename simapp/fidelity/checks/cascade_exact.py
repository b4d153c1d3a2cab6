"""Independent cascades reach as many as the enumeration of all live-edge graphs says."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.cascades import final_sizes
from simapp.fidelity.statistics import four_errors
from simapp.fidelity.worlds import Edges

# Follower follows author, so an influence a -> b is a follow b -> a.
DIAMOND = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]
CLIQUE = [(a, b) for a in range(4) for b in range(4) if a != b]
CASES = {"diamond": (DIAMOND, 5, 0.5), "clique": (CLIQUE, 4, 0.3)}
KNOWN = {"diamond": 2.65625, "clique": 2.316556}


class Here(Check):
    """From user 0 of a diamond with a tail (chance 0.5) and of a complete graph of four (0.3)."""

    order = 9
    expected = "mean spread 2.65625 and 2.316556"
    source = "exact enumeration over all 2^m sets of working edges (Kempe, Kleinberg & Tardos 2003)"
    cost = 15

    def run(self, bench: Bench) -> Finding:
        runs, said, bounds, ok = bench.size(200_000, 20_000), [], [], True
        for name, (influences, users, chance) in CASES.items():
            spread = {"kind": "independent_cascade", "chance": chance}
            found = final_sizes(bench, name, spread, follows_of(influences), users, 0, runs)
            bound = four_errors(found)
            said.append(f"{name} {found.mean():.4f}")
            bounds.append(f"{bound:.4f}")
            ok &= abs(found.mean() - KNOWN[name]) <= bound
        return judged(
            ok, f"{', '.join(said)} over {runs} runs each", f"{', '.join(bounds)} (4 standard errors)"
        )


def follows_of(influences: list[tuple[int, int]]) -> Edges:
    """Return the follows along which influences (from, to) travel."""
    return np.array([(b, a) for a, b in influences], np.int32)
