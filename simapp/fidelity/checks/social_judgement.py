"""Without rejection social judgement is Deffuant's model, bit for bit; with it two camps go to the ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.opinions.social_judgement import CLIPPED
from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.worlds import assemble, seed_of, silent

USERS = 1000


class Here(Check):
    """1000 users, one seed: accept 0.25 with nothing to reject beside Deffuant at 0.25; accept 0.1 and reject 0.4."""

    order = 28
    expected = "the same opinions to the bit; then two camps at the ends of [0, 1], nobody in between"
    source = "Jager & Amblard 2005"

    def run(self, bench: Bench) -> Finding:
        plain, _ = _after(bench, 40, {"kind": "deffuant", "epsilon": 0.25, "mu": 0.3})
        same, _ = _after(bench, 40, {"kind": "social_judgement", "accept": 0.25, "reject": 1.5, "mu": 0.3})
        ends, clipped = _after(
            bench, 300, {"kind": "social_judgement", "accept": 0.1, "reject": 0.4, "mu": 0.3}
        )
        low, high = float((ends < 0.1).mean()), float((ends > 0.9).mean())
        equal = bool(np.array_equal(plain, same))
        measured = (
            f"{'equal' if equal else 'different'}; {low:.2f} below 0.1 and {high:.2f} above 0.9, "
            f"{clipped} steps stopped at an end"
        )
        return judged(
            equal and low + high > 0.95 and min(low, high) > 0.3, measured, "exact; 0.95 together, each 0.3"
        )


def _after(bench: Bench, steps: int, opinion: dict[str, object]) -> tuple[NDArray[np.float64], int]:
    document = silent(USERS, {**opinion, "contacts": "everyone"})
    document["population"]["opinions"] = {"kind": "uniform", "mean": 0.5, "spread": 0.5}
    simulation = assemble(document, seed_of(bench, "judgement"))
    for _ in range(steps):
        simulation.step()
    world = simulation.world
    return world.users.opinions[:, 0], int(world.extra[CLIPPED][0]) if CLIPPED in world.extra else 0
