"""Baumann's dynamics give consensus, one side or two camps where the paper has them."""

from __future__ import annotations

import numpy as np

from agents.opinions.baumann import Baumann
from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.worlds import assemble, seed_of, silent

STEPS = 200
LAST = 70
REGIMES = {"neutral": (0.05, 2.0), "one side": (3.0, 0.0), "two camps": (3.0, 3.0)}


class Here(Check):
    """1000 users of activity 0.01 to 1 (exponent 2.1), dt 0.05, time 10, five seeds, contacts among all as published.

    The correlation is that of a user with the mean of those who reached the user in the last 70 steps.
    """

    order = 22
    expected = (
        "spread below 0.001; one sign, spread 1.0-1.6; spread 2.3-3.1, shares 0.4-0.6, correlation over 0.85"
    )
    source = "Baumann et al. 2020, Phys. Rev. Lett. 124, 048301; simulation with its parameters"
    cost = 15

    def run(self, bench: Bench) -> Finding:
        said, ok = [], True
        for name, (alpha, beta) in REGIMES.items():
            spreads, shares, links = [], [], []
            for nth in range(bench.size(5, 2)):
                x, link = _opinions(bench, nth, alpha, beta)
                spreads.append(float(x.std()))
                shares.append(float((x > 0).mean()))
                links.append(link)
            if name == "neutral":
                ok &= max(spreads) < 0.001
                said.append(f"{name}: spread {max(spreads):.1e}")
            elif name == "one side":
                ok &= all(share in (0.0, 1.0) for share in shares) and 1.0 <= np.mean(spreads) <= 1.6
                said.append(f"{name}: spread {np.mean(spreads):.2f}, positive {sorted(set(shares))}")
            else:
                ok &= 2.3 <= np.mean(spreads) <= 3.1 and min(links) > 0.85
                ok &= 0.4 <= min(shares) <= max(shares) <= 0.6
                said.append(
                    f"{name}: spread {np.mean(spreads):.2f} ({min(spreads):.2f}-{max(spreads):.2f}), positive "
                    f"{min(shares):.2f}-{max(shares):.2f}, correlation from {min(links):.2f}"
                )
        return judged(bool(ok), "; ".join(said), "mean spread over the seeds; all else for every seed")


def _opinions(bench: Bench, nth: int, alpha: float, beta: float) -> tuple[np.ndarray, float]:
    """Return (opinions float64[N], correlation with those who reached the user lately)."""
    document = silent(1000, {"kind": "baumann", "alpha": alpha, "beta": beta, "contacts": "everyone"})
    activity = {"exponent": 2.1, "minimum": 0.01, "maximum": 1.0, "circadian": [1.0] * 24}
    document["population"] |= {
        "activity": activity,
        "opinions": {"kind": "uniform", "mean": 0.0, "spread": 1.0},
    }
    simulation = assemble(document, seed_of(bench, "echo", nth))
    simulation.mind.opinion = watched = _Watched(alpha=alpha, beta=beta, contacts="everyone")
    for step in range(1, STEPS + 1):
        watched.on = step > STEPS - LAST
        simulation.step()
    x = simulation.world.users.opinions[:, 0]
    reached, by = np.concatenate(watched.pairs, axis=1)
    total, many = np.zeros(x.shape[0]), np.zeros(x.shape[0])
    np.add.at(total, reached, x[by])
    np.add.at(many, reached, 1.0)
    met = many > 0
    return x, float(np.corrcoef(x[met], total[met] / many[met])[0, 1])


class _Watched(Baumann):
    """The model itself, which also tells who contacted whom."""

    on = False

    def __init__(self, **settings: float | str) -> None:
        super().__init__(**settings)
        object.__setattr__(self, "pairs", [])

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def influences(self, *args: object) -> tuple[np.ndarray, np.ndarray]:
        moved, by = super().influences(*args)
        if self.on:
            self.pairs.append(np.stack([moved, by]))
        return moved, by
