"""Cascades and SIR on the karate club end like NDlib's."""

from __future__ import annotations

from simapp.fidelity.base import Bench, Check, Finding
from simapp.fidelity.oracle import compared


class Here(Check):
    """Independent cascade (chance 0.1, from members 0 and 33) and SIR (beta 0.1, gamma 0.5, from 0)."""

    order = 10
    expected = "the same mean and distribution of final sizes as NDlib, 5000 runs a side"
    source = "NDlib 6.0.1 (Rossetti et al. 2018), run in an environment of its own"
    cost = 5

    def run(self, bench: Bench) -> Finding:
        return compared(bench, "karate", bench.size(5000, 2000))
