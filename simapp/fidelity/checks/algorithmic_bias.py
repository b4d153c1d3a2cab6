"""A platform that pairs the like-minded makes more camps, and more slowly."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.worlds import assemble, seed_of, silent

USERS = 300
EPSILON = 0.3
GAMMAS = (0.0, 0.7, 1.0)
STEPS = 200
TOPICS = ["housing", "transport", "climate", "schools", "health", "technology"]


class Here(Check):
    """300 users, epsilon 0.3, six topics with first opinions of their own. Camps by participation, 1 / sum of squared
    shares; time: sweeps until the spread inside camps is below 0.01 (the last sweep where it never is)."""

    order = 29
    expected = "camps and time both rise with gamma 0, 0.7, 1; gamma 0 is Deffuant's one camp"
    source = "Sirbu, Pedreschi, Giannotti & Kertesz 2019, PLoS ONE 14, e0213246"
    cost = 6

    def run(self, bench: Bench) -> Finding:
        camps, times = [], []
        steps = STEPS
        for nth, gamma in enumerate(GAMMAS):
            opinion = {"kind": "algorithmic_bias", "gamma": gamma, "epsilon": EPSILON, "contacts": "everyone"}
            document = silent(USERS, opinion, topics=TOPICS)
            document["population"]["opinions"] = {"kind": "uniform", "mean": 0.5, "spread": 0.5}
            simulation = assemble(document, seed_of(bench, "bias", nth))
            x, settled = simulation.world.users.opinions, np.full(len(TOPICS), steps)
            for step in range(1, steps + 1):
                simulation.step()
                for t in np.flatnonzero(settled == steps):
                    if _spread_within(x[:, t]) < 0.01:
                        settled[t] = step
                if (settled < steps).all():
                    break
            camps.append(float(np.mean([_participation(x[:, t]) for t in range(x.shape[1])])))
            times.append(float(settled.mean()))
        rises = camps[0] < camps[1] < camps[2] and times[0] < times[1] < times[2]
        measured = "; ".join(
            f"gamma {g:g}: {c:.2f} camps, {t:.0f} sweeps"
            for g, c, t in zip(GAMMAS, camps, times, strict=True)
        )
        return judged(rises and camps[0] < 1.2, measured, "strictly rising; below 1.2 camps at 0")


def _groups(x: np.ndarray) -> list[np.ndarray]:
    ordered = np.sort(x)
    return np.split(ordered, np.flatnonzero(np.diff(ordered) > 0.05) + 1)


def _spread_within(x: np.ndarray) -> float:
    return float(np.sqrt(sum(((g - g.mean()) ** 2).sum() for g in _groups(x)) / x.shape[0]))


def _participation(x: np.ndarray) -> float:
    shares = np.array([g.shape[0] for g in _groups(x)]) / x.shape[0]
    return float(1.0 / (shares**2).sum())
