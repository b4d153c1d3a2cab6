"""Deffuant meetings keep the mean and never raise the variance."""

from __future__ import annotations

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.worlds import assemble, seed_of, silent

USERS = 1000
STEPS = 40


class Here(Check):
    """1000 users, epsilon 0.3, mu 0.4, forty sweeps; looked at after every sweep."""

    order = 5
    expected = "mean kept; variance never rises; order of any two who meet is kept (mu <= 1/2)"
    source = "Deffuant et al. 2000"

    def run(self, bench: Bench) -> Finding:
        opinion = {"kind": "deffuant", "epsilon": 0.3, "mu": 0.4, "contacts": "everyone"}
        opinions = {"opinions": {"kind": "uniform", "mean": 0.5, "spread": 0.5}}
        document = silent(USERS, opinion)
        document["population"] |= opinions
        simulation = assemble(document, seed_of(bench, "deffuant"))
        x = simulation.world.users.opinions
        mean, variance, drift, rise = x.mean(), [x.var()], 0.0, 0.0
        low, high = x.min(), x.max()
        for _ in range(STEPS):
            simulation.step()
            drift = max(drift, float(abs(x.mean() - mean)))
            rise = max(rise, float(x.var() - variance[-1]))
            variance.append(x.var())
        inside = bool(low <= x.min() and x.max() <= high)
        fell = variance[-1] < 0.5 * variance[0]
        measured = (
            f"mean drifts {drift:.1e}; variance {variance[0]:.4f} to {variance[-1]:.4f}, rises {rise:.1e}"
        )
        return judged(drift < 1e-10 and rise <= 1e-15 and inside and fell, measured, "drift 1e-10; rise 0")
