"""Cascades on random networks take off at one follower per sharer, and then reach the known part of all."""

from __future__ import annotations

import numpy as np

from simapp.engine.core.population import SeedPost
from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.cascades import sizes, spreading
from simapp.fidelity.worlds import assemble, seed_of

FOLLOWERS = 10
ATTACK = {1.5: 0.583, 2.0: 0.797, 3.0: 0.940}


class Here(Check):
    """Independent cascades of random authors on a random network with 10 followers each on average."""

    order = 11
    expected = "R0 0.5: mean size 1 / (1 - R0) = 2; attack rate given take-off .583/.797/.940 at R0 1.5/2/3"
    source = "branching processes; s = 1 - exp(-R0 s) (Kermack & McKendrick 1927; Newman 2002)"
    cost = 25

    def run(self, bench: Bench) -> Finding:
        users = bench.size(20_000, 5_000)
        small = _spread(bench, users, 0.5, bench.size(3000, 1000))
        mean, bound = float(small.mean()), 4.0 * float(small.std(ddof=1)) / np.sqrt(small.shape[0])
        ok, said = abs(mean - 2.0) <= max(bound, 0.01), [f"mean {mean:.3f}"]
        errors = [f"{bound:.2f}"]
        for r0, known in ATTACK.items():
            found = _spread(bench, users, r0, bench.size(24, 16)) / users
            large = found[found > 0.1]
            rate = float(large.mean())
            slack = max(0.01, 4.0 * float(large.std(ddof=1)) / np.sqrt(large.shape[0]))
            ok &= abs(rate - known) <= slack
            said.append(f"R0 {r0:g}: {rate:.3f} of {large.shape[0]}")
            errors.append(f"{slack:.3f}")
        return judged(bool(ok), "; ".join(said), f"{', '.join(errors)} (4 standard errors, at least 0.01)")


def _spread(bench: Bench, users: int, r0: float, posts: int) -> np.ndarray:
    """Return the final sizes float64[posts]."""
    document = spreading(users, {"kind": "independent_cascade", "chance": r0 / FOLLOWERS})
    # Everybody follows a Poisson number of random others: audiences are as even as chance lets them be.
    document["network"] = {
        "kind": "stochastic_block",
        "blocks": [1.0],
        "mean_followees": FOLLOWERS,
        "homophily": 1.0,
    }
    authors = bench.streams.integers(f"threshold/{r0}", users, item=np.arange(posts))
    seeds = [SeedPost(int(author), f"post {n}", 0, None, 0.0) for n, author in enumerate(authors)]
    simulation = assemble(document, seed_of(bench, f"threshold/{r0}"), seeds=seeds)
    before = -1
    while simulation.world.posts.end != before:
        before = simulation.world.posts.end
        simulation.step()
    return sizes(simulation).astype(np.float64)
