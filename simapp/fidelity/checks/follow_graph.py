"""The default follow graph is reciprocal like a microblog's and a small world."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from simapp.fidelity.base import Bench, Check, Finding
from simapp.fidelity.facts import Fact, judged_facts
from simapp.fidelity.worlds import assemble, seed_of


class Here(Check):
    """The default scenario's graph at 10 000 users; clustering against random graphs of the same degrees."""

    order = 18
    expected = "reciprocal share 0.15-0.5; mean path 3-6; clustering at least 5 times that of rewired graphs"
    source = "Kwak et al. 2010; Adamic & Glance 2005; ego-Facebook (McAuley & Leskovec 2012)"
    cost = 10

    def run(self, bench: Bench) -> Finding:
        users = bench.size(10_000, 3000)
        document = {"title": "Fidelity check", "population": {"users": users}, "metrics": ["posts_written"]}
        follows = assemble(document, seed_of(bench, "follow graph")).world.follows
        follower, followee = follows.edges()
        back = follows.has(followee, follower)
        graph = _undirected(follower, followee, users)
        sample = bench.streams.integers("paths", users, item=np.arange(100))
        along = csr_array((np.ones(followee.shape[0]), (follower, followee)), shape=(users, users))
        paths = shortest_path(along, method="D", unweighted=True, indices=np.unique(sample))
        reached = np.isfinite(paths) & (paths > 0)
        order = np.argsort(bench.streams.bits("rewire", user=np.arange(followee.shape[0])), kind="stable")
        null = _clustering(_undirected(follower, followee[order], users))
        facts = [
            Fact("reciprocity", float(back.mean()), 0.15, 0.5),
            Fact("mean path", float(paths[reached].mean()), 3.0, 6.0),
            Fact("clustering against null", _clustering(graph) / null, 5.0, np.inf),
        ]
        return judged_facts(facts, f"{users} users, {followee.shape[0]} follows; path along follows")


def _undirected(follower: np.ndarray, followee: np.ndarray, users: int) -> csr_array:
    apart = follower != followee
    ends = (
        np.concatenate([follower[apart], followee[apart]]),
        np.concatenate([followee[apart], follower[apart]]),
    )
    graph = csr_array((np.ones(ends[0].shape[0]), ends), shape=(users, users))
    graph.data[:] = 1.0
    return graph


def _clustering(graph: csr_array) -> float:
    """Return the mean local clustering of an undirected graph, 0 for users with fewer than two neighbours."""
    degree = np.asarray(graph.sum(axis=1)).ravel()
    triangles = np.asarray((graph @ graph).multiply(graph).sum(axis=1)).ravel() / 2.0
    pairs = degree * (degree - 1.0) / 2.0
    return float(np.where(pairs > 0, triangles / np.maximum(pairs, 1.0), 0.0).mean())
