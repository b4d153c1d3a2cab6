"""Self-exciting posting has the known rate and the known clumping."""

from __future__ import annotations

import numpy as np

from simapp.engine.core.ids import split_post_key
from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.cascades import spreading
from simapp.fidelity.worlds import assemble, seed_of

USERS = 8000
N, DECAY = 0.6, 1.0
WINDOW = 50.0
MINUTES = 6


def fano(window: float) -> float:
    """Return variance over mean of counts in a window of the stationary process with an exponential kernel."""
    whole, rate = 1.0 / (1.0 - N) ** 2, DECAY * (1.0 - N)
    return whole + (1.0 - whole) * (1.0 - np.exp(-rate * window)) / (rate * window)


class Here(Check):
    """Many processes of one immigrant per hour side by side: group g is what descends from the posts of its users.

    8000 users, n 0.6, decay 1 per hour, steps of six minutes; 50 hours are counted after 20 hours of warming up.
    """

    order = 12
    expected = (
        f"rate mu / (1 - n) = 2.5 per hour; Fano factor {fano(WINDOW):.2f} at 50 hours; cluster size 2.5"
    )
    source = "Hawkes 1971; Hawkes & Oakes 1974"
    cost = 40

    def run(self, bench: Bench) -> Finding:
        groups = bench.size(2000, 400)
        warm, window = 20.0, WINDOW if not bench.fast else 20.0
        spread = {"kind": "hawkes", "mu": groups / USERS, "n": N, "decay": DECAY}
        document = spreading(USERS, spread, clock={"minutes_per_step": MINUTES})
        # Who follows nobody would be shown strangers' posts, which costs more than all the rest.
        ring = np.stack([np.arange(USERS), (np.arange(USERS) + 1) % USERS], axis=1)
        simulation = assemble(document, seed_of(bench, "hawkes"), edges=ring, seeds=[])
        for _ in range(round((warm + window) * 60 / MINUTES)):
            simulation.step()
        posts = simulation.world.posts
        roots, _, _ = split_post_key(posts.keys_of(posts.root))
        late = posts.step > warm * 60 / MINUTES
        counts = np.bincount(roots[late] % groups, minlength=groups)
        rate, factor = float(counts.mean() / window), float(counts.var(ddof=1) / counts.mean())
        rate_bound = 4.0 * float(counts.std(ddof=1)) / window / np.sqrt(groups)
        # Of a variance over n groups, for counts near normal.
        bound = 4.0 * factor * np.sqrt(2.0 / (groups - 1)) * 1.1
        begun = (posts.kind == 0) & (posts.step < warm * 60 / MINUTES)
        family = posts.size[begun]
        size_bound = 4.0 * float(family.std(ddof=1)) / np.sqrt(family.shape[0])
        ok = (
            abs(rate - 1.0 / (1.0 - N)) <= rate_bound + 0.01
            and abs(factor - fano(window)) <= bound
            and abs(family.mean() - 2.5) <= size_bound + 0.01
        )
        return judged(
            bool(ok),
            f"rate {rate:.3f}, Fano {factor:.2f} (expected {fano(window):.2f} at {window:g} hours), "
            f"cluster size {family.mean():.3f}",
            f"{rate_bound:.3f}, {bound:.2f}, {size_bound:.3f} (4 standard errors of {groups} groups)",
        )
