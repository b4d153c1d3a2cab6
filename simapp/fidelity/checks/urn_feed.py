"""A feed that shows what is popular, between two equal posts, is Polya's urn."""

from __future__ import annotations

import numpy as np
from scipy.stats import kstest

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.markets import choices


class Here(Check):
    """Two equal posts, shown in proportion to 1 + comments; every showing draws a comment."""

    order = 13
    expected = "the share of one post ends uniform between 0 and 1 (variance 1/12)"
    source = "Eggenberger & Polya 1923"
    cost = 30

    def run(self, bench: Bench) -> Finding:
        worlds, steps = bench.size(1500, 500), bench.size(400, 120)
        made = choices(bench, "urn", worlds=worlds, items=2, steps=steps, strength=1.0)
        total = made.sum(axis=1)
        if (total != steps).any():
            return judged(False, f"{int((total != steps).sum())} worlds miss choices", "one a step")
        # All shares 0, 1/steps, ... 1 are equally likely; spread over their cells they are uniform.
        jitter = bench.streams.uniform("urn/cell", item=np.arange(worlds))
        share = (made[:, 0] + jitter) / (steps + 1)
        p = float(kstest(share, "uniform").pvalue)
        variance = float(share.var())
        measured = f"KS p {p:.3f}, variance {variance:.4f} over {worlds} worlds of {steps} steps"
        return judged(p > 0.001, measured, "p above 0.001")
