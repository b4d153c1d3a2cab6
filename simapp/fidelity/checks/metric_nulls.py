"""Beside their nulls the blogs' divisions stand far out, and shuffled sides do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.checks.graph_oracles import blog_files, catalogued

NAMES = ("ei_index", "assortativity_discrete", "rwc")
DRAWS = 20


class Here(Check):
    """Political blogs, 20 draws of each null; then the same with sides shuffled once before."""

    order = 16
    expected = "z beyond 10 for the real sides; within 4 for shuffled ones, assortativity and RWC near 0"
    source = "Salloum, Chen & Kivela 2022, EPJ Data Science 11; Adamic & Glance 2005"
    fast = False
    cost = 20

    def run(self, bench: Bench) -> Finding:
        files = blog_files(bench, DRAWS)
        order = np.argsort(bench.streams.bits("shuffled sides", user=np.arange(files.given_sides.shape[0])))
        mixed = replace(files, given_sides=files.given_sides[order])
        real: dict[str, Any] = {name: catalogued(name).score(files) for name in NAMES}
        vain: dict[str, Any] = {name: catalogued(name).score(mixed) for name in NAMES}
        ok = all(abs(score.z or 0.0) > 10 for score in real.values())
        ok &= all(abs(score.z or 0.0) < 4 for score in vain.values())
        ok &= max(abs(vain[name].value or 1.0) for name in NAMES[1:]) < 0.05
        said = "; ".join(f"{name} z {real[name].z:.0f}, shuffled {vain[name].z:+.1f}" for name in NAMES)
        return judged(bool(ok), said, "above 10; below 4; 0.05")
