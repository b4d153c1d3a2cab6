"""The more a feed follows popularity, the more unequal and the less predictable success becomes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.markets import choices
from simapp.fidelity.statistics import gini

STRENGTHS = (0.0, 0.5, 1.0)


class Here(Check):
    """48 equal posts, 700 choices, shown in proportion to (1 + choices) ** strength; many worlds for each strength."""

    order = 14
    expected = (
        "Gini within worlds and unpredictability between them both rise strictly with strength 0, 0.5, 1"
    )
    source = "Salganik, Dodds & Watts 2006, Science 311, 854"
    cost = 15

    def run(self, bench: Bench) -> Finding:
        worlds, steps = bench.size(60, 24), bench.size(700, 200)
        found = []
        for nth, strength in enumerate(STRENGTHS):
            made = choices(bench, f"market/{nth}", worlds=worlds, items=48, steps=steps, strength=strength)
            share = made / made.sum(axis=1, keepdims=True)
            apart = np.abs(share[:, None, :] - share[None, :, :]).sum(axis=(0, 1)) / (worlds * (worlds - 1))
            found.append((float(np.mean([gini(row) for row in made])), float(apart.mean())))
        ok = all(a[i] < b[i] for a, b in pairwise(found) for i in (0, 1))
        measured = "; ".join(
            f"strength {strength:g}: Gini {unequal:.2f}, unpredictability {apart:.4f}"
            for strength, (unequal, apart) in zip(STRENGTHS, found, strict=True)
        )
        return judged(ok, measured, "strict order")
