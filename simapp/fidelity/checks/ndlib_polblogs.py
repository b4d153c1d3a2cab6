"""Cascades and SIR on the political blogs end like NDlib's."""

from __future__ import annotations

from simapp.fidelity.base import Bench, Check, Finding
from simapp.fidelity.oracle import compared


class Here(Check):
    """Largest component, undirected (1222 blogs, 16 714 links): independent cascade 0.008 and SIR 0.004, 0.4."""

    order = 10
    expected = "the same mean and distribution of final sizes as NDlib, 5000 runs a side"
    source = "NDlib 6.0.1 (Rossetti et al. 2018) on the blogs of Adamic & Glance 2005"
    fast = False
    cost = 25

    def run(self, bench: Bench) -> Finding:
        return compared(bench, "polblogs", 5000)
