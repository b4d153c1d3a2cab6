"""Most posts of the default world go nowhere, and those that go far are broadcasts, shallow and fast."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding
from simapp.fidelity.default_world import month
from simapp.fidelity.facts import Fact, judged_facts

LARGE, FAIR, FEW = 100, 50, 5


class Here(Check):
    """A month of the default scenario at 67 000 users: shares of cascades, shape of large ones, tempo of reposts."""

    order = 18
    expected = "most cascades nothing, virality 2-3 and weakly tied to size, broadcasts, shallow, half within an hour"
    source = (
        "Goel, Watts & Goldstein 2012; Goel et al. 2016; Kwak et al. 2010; Twitter15 (Ma, Gao & Wong 2017)"
    )
    fast = False
    cost = 150
    group = "default world"

    def run(self, bench: Bench) -> Finding:
        told = month(bench)
        size, depth, virality = told.sizes(), told.depths(), told.virality()
        large, fair = size >= LARGE, size >= FAIR
        shares = told.shares
        root = told.root[shares]
        direct = np.bincount(root[told.parent[shares] == root], minlength=told.root.shape[0])[told.roots]
        delay = told.step[shares] - told.step[root]
        enough = bool(large.sum() >= FEW)
        ranks = [np.argsort(np.argsort(x[large])) for x in (size, virality)]
        tie = float(np.corrcoef(*ranks)[0, 1]) if enough else None
        facts = [
            Fact("alone", float((size == 1).mean()), 0.70, 0.95),
            Fact("deeper than one", float((depth > 1).mean()), 0.01, 0.04),
            Fact("virality", float(np.median(virality[large])) if enough else None, 2.0, 3.0),
            Fact("virality against size", tie, 0.0, 0.4),
            Fact(
                "root share",
                float(np.median(direct[large] / (size[large] - 1))) if enough else None,
                0.7,
                0.97,
            ),
            Fact("mean depth", float(depth[fair].mean()) if fair.sum() >= FEW else None, 2.0, 6.0),
            Fact("within an hour", float((delay <= 1).mean()), 0.40, 0.60),
            Fact("within a day", float((delay <= 24).mean()), 0.75, 0.95),
            Fact("within a week", float((delay <= 168).mean()), 0.95, 1.0),
        ]
        return judged_facts(facts, f"{size.shape[0]} posts, {int(large.sum())} cascades of {LARGE} or more")
