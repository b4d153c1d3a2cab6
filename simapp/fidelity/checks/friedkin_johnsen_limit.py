"""Friedkin-Johnsen opinions reach the solution of their linear system, and its conservation laws hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.graphs import KARATE_MEMBERS, karate
from simapp.fidelity.worlds import assemble, seed_of, silent

LAMBDA = 0.8
STEPS = 600


class Here(Check):
    """On the karate club: lambda 0.8 with oneself in the mean, and lambda d / (d + 1), the Laplacian form."""

    order = 4
    expected = (
        "the linear solve; mean 0.495094, variance 0.036247; both identities of polarization and disagreement"
    )
    source = "Friedkin & Johnsen 1990; Musco, Musco & Tsourakakis 2018; Chen, Lijffijt & De Bie 2018"

    def run(self, bench: Bench) -> Finding:
        edges, first = karate(), np.arange(KARATE_MEMBERS) / (KARATE_MEMBERS - 1)
        adjacency = np.zeros((KARATE_MEMBERS, KARATE_MEMBERS))
        adjacency[edges[:, 0], edges[:, 1]] = 1.0
        eye, degree = np.eye(KARATE_MEMBERS), adjacency.sum(axis=1)
        weights = (adjacency + eye) / (degree + 1.0)[:, None]
        x = _limit(bench, first, susceptibility=LAMBDA, own=1.0)
        solved = np.linalg.solve(eye - LAMBDA * weights, (1.0 - LAMBDA) * first)
        off = float(np.abs(x - solved).max())

        laplacian = np.diag(degree) - adjacency
        s = first - first.mean()
        z = _limit(bench, s, susceptibility=None, own=0.0)
        strain, spread = np.sum((z - s) ** 2), np.sum(z**2)
        disagreement = z @ laplacian @ z
        kept = float(abs(strain + 2.0 * disagreement + spread - np.sum(s**2)))
        both = float(abs(spread + disagreement - s @ np.linalg.solve(eye + laplacian, s)))
        known = abs(x.mean() - 0.495094) < 1e-6 and abs(x.var() - 0.036247) < 1e-6
        measured = f"off by {off:.1e}; mean {x.mean():.6f}, variance {x.var():.6f}; identities {kept:.1e}, {both:.1e}"
        return judged(max(off, kept, both) < 1e-9 and known, measured, "1e-9; mean and variance 1e-6")


def _limit(bench: Bench, first: NDArray[np.float64], **model: Any) -> NDArray[np.float64]:
    opinion = {"kind": "friedkin_johnsen", "contacts": "follows", **model}
    document = silent(KARATE_MEMBERS, opinion)
    simulation = assemble(document, seed_of(bench, "friedkin"), edges=karate(), opinions=first[:, None])
    for _ in range(STEPS):
        simulation.step()
    return simulation.world.users.opinions[:, 0]
