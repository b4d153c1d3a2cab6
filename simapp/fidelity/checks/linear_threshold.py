"""Linear-threshold cascades reach as many as where each user listens to one random friend."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.cascades import final_sizes
from simapp.fidelity.graphs import KARATE_MEMBERS, karate
from simapp.fidelity.statistics import four_errors

KNOWN, KNOWN_ERROR = 12.25, 0.02


class Here(Check):
    """Karate club from member 0, uniform thresholds, weights 1 / degree."""

    order = 30
    expected = f"mean spread {KNOWN} +- {KNOWN_ERROR}; the same from live edges drawn independently"
    source = "Kempe, Kleinberg & Tardos 2003 (live-edge equivalence); simulation at 10^5 runs"
    cost = 5

    def run(self, bench: Bench) -> Finding:
        runs = bench.size(20_000, 4000)
        found = final_sizes(bench, "linear", {"kind": "linear_threshold"}, karate(), KARATE_MEMBERS, 0, runs)
        live = _live_edges(bench, runs)
        bound = four_errors(found) + 4.0 * KNOWN_ERROR
        apart = abs(float(found.mean() - live.mean()))
        slack = float(np.hypot(four_errors(found), four_errors(live)))
        ok = abs(found.mean() - KNOWN) <= bound and apart <= slack
        return judged(
            bool(ok),
            f"{found.mean():.3f} over {runs} runs; live edges {live.mean():.3f}",
            f"{bound:.2f} and {slack:.2f}",
        )


def _live_edges(bench: Bench, runs: int) -> np.ndarray:
    """Return sizes int64[runs]: who is reached from member 0 where everybody listens to one friend."""
    edges = karate()
    friends = [edges[edges[:, 0] == u, 1] for u in range(KARATE_MEMBERS)]
    u = bench.streams.uniform(
        "live edges", user=np.arange(KARATE_MEMBERS)[None, :], item=np.arange(runs)[:, None]
    )
    heard = np.stack([f[(u[:, i] * f.shape[0]).astype(np.int64)] for i, f in enumerate(friends)], axis=1)
    reached = np.zeros((runs, KARATE_MEMBERS), np.bool_)
    reached[:, 0] = True
    for _ in range(KARATE_MEMBERS):
        reached |= np.take_along_axis(reached, heard, axis=1)
    return reached.sum(axis=1)
