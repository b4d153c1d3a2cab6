"""Stories that differ in infectiousness alone have cascades of the same shape at the same size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from simapp.engine.core.population import SeedPost
from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.cascades import spreading
from simapp.fidelity.worlds import assemble, seed_of

USERS = 20_000
FOLLOWERS = 10
CHANCES = (0.06, 0.085)


class Here(Check):
    """Independent cascades at two chances on one network; of each size from 5 on, as many of one as of the other."""

    order = 25
    expected = "KS of depth, breadth and virality: p above 0.01 at equal size; sizes themselves differ"
    source = "Juul & Ugander 2021, PNAS 118, e2100786118"
    cost = 10

    def run(self, bench: Bench) -> Finding:
        posts = bench.size(6000, 2500)
        calm, keen = (_shapes(bench, nth, chance, posts) for nth, chance in enumerate(CHANCES))
        sizes = float(ks_2samp(calm[0], keen[0]).pvalue)
        first, second = _matched(calm, keen)
        chances = {
            name: float(ks_2samp(first[i], second[i]).pvalue)
            for i, name in ((1, "depth"), (2, "breadth"), (3, "virality"))
        }
        unmatched = float(ks_2samp(calm[1][calm[0] >= 5], keen[1][keen[0] >= 5]).pvalue)
        ok = min(chances.values()) > 0.01 and sizes < 0.001 and unmatched < 0.001
        said = ", ".join(f"{name} {p:.3f}" for name, p in chances.items())
        measured = (
            f"{first.shape[1]} matched pairs: {said}; unmatched sizes {sizes:.0e}, depths {unmatched:.0e}"
        )
        return judged(ok, measured, "p above 0.01 matched; below 0.001 unmatched")


def _shapes(bench: Bench, nth: int, chance: float, many: int) -> NDArray[np.float64]:
    """Return float64[4, C]: size, depth, largest level and structural virality of each cascade."""
    document = spreading(USERS, {"kind": "independent_cascade", "chance": chance})
    document["network"] = {
        "kind": "stochastic_block",
        "blocks": [1.0],
        "mean_followees": FOLLOWERS,
        "homophily": 1.0,
    }
    authors = bench.streams.integers(f"matched/{nth}", USERS, item=np.arange(many))
    seeds = [SeedPost(int(author), f"post {n}", 0, None, 0.0) for n, author in enumerate(authors)]
    simulation = assemble(document, seed_of(bench, "matched", nth), seeds=seeds)
    before = -1
    while simulation.world.posts.end != before:
        before = simulation.world.posts.end
        simulation.step()
    posts = simulation.world.posts
    roots = np.flatnonzero(posts.kind == 0)
    n = posts.size[roots].astype(np.float64)
    levels = np.zeros((len(posts), int(posts.depth.max()) + 1), np.int32)
    np.add.at(levels, (posts.row(posts.root), posts.depth), 1)
    virality = 2.0 * posts.wiener[roots] / np.maximum(n * (n - 1.0), 1.0)
    return np.stack([n, posts.max_depth[roots], levels[roots].max(axis=1), virality])


def _matched(
    a: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first cascades of each size of 5 or more that both have, as many of one as of the other."""
    mine, other = [], []
    for size in np.intersect1d(a[0], b[0]):
        if size < 5:
            continue
        left, right = np.flatnonzero(a[0] == size), np.flatnonzero(b[0] == size)
        many = min(left.shape[0], right.shape[0])
        mine.append(left[:many])
        other.append(right[:many])
    return a[:, np.concatenate(mine)], b[:, np.concatenate(other)]
